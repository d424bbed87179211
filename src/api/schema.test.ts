import { expect, test } from "bun:test";
import { array, decode, integer, map, object, string, strings } from "./schema.ts";

const Shape = object(
  {
    Image: string,
    Cmd: strings,
    Env: array(string),
    Labels: map(string),
    HostConfig: object({ Memory: integer, CpuShares: integer }, "container.HostConfig"),
  },
  "container.CreateRequest",
);

test("names match in any case, unknown names are dropped and null counts as unset", () => {
  const decoded = decode(Shape, { image: "busybox", Surplus: 1, ENV: null, labels: { a: null, b: "2" } });
  expect(decoded).toEqual({ Image: "busybox", Labels: { a: "", b: "2" } });
});

test("a command may be one string or a list", () => {
  expect(decode(Shape, { Cmd: "sh" }).Cmd).toEqual(["sh"]);
  expect(decode(Shape, { Cmd: ["sh", "-c"] }).Cmd).toEqual(["sh", "-c"]);
});

// Answers of docker 28.5 to the same bodies.
test.each([
  [{ Image: 7 }, "number into Go struct field .Image of type string"],
  [{ HostConfig: { Memory: "lots" } }, "string into Go struct field .HostConfig.Memory of type int64"],
  [{ HostConfig: { CpuShares: 1.5 } }, "number 1.5 into Go struct field .HostConfig.CpuShares of type int64"],
  [{ HostConfig: [] }, "array into Go struct field .HostConfig of type container.HostConfig"],
  [{ Env: "A=1" }, "string into Go struct field .Env of type []string"],
  [{ Env: [1] }, "number into .Env.0 of type string"],
  [{ Labels: { "a/b": 1 } }, "number into Go struct field .Labels.a~1b of type string"],
  [{ Cmd: 5 }, "number into Go value of type string"],
  [[], "array into Go value of type container.CreateRequest"],
])("a wrong type in %j is refused in Go's words", (value, message) => {
  expect(() => decode(Shape, value)).toThrow(`invalid JSON: json: cannot unmarshal ${message}`);
});
