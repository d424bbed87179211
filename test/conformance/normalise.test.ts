import { expect, test } from "bun:test";
import { Normaliser } from "./normalise.ts";

const normaliser = () => new Normaliser({ names: { "/tmp/x/d.sock": "<socket>", "8088": "$port" }, subnet: "10.9.8" });
const id = "ab".repeat(32);

test("the same id becomes the same word, in its short form too", () => {
  const one = normaliser();
  expect(one.text(`${id}\n${"cd".repeat(32)}\n`)).toBe("<id 1>\n<id 2>\n");
  expect(one.text(`sha256:${id} ${id.slice(0, 12)}`)).toBe("sha256:<id 1> <short id 1>");
});

test("a time is replaced, the time that means never is not", () => {
  expect(normaliser().text("2026-01-02T03:04:05.678Z 0001-01-01T00:00:00Z")).toBe("<time> 0001-01-01T00:00:00Z");
});

test("durations in words lose their number and keep their direction", () => {
  expect(normaliser().text("Up Less than a second, 3 minutes ago")).toBe("Up <duration>, <duration> ago");
});

test("addresses of the bridge are told from others, its own from its guests'", () => {
  expect(normaliser().text("10.9.8.1 10.9.8.27 10.9.80.1")).toBe("<gateway> <address> 10.9.80.1");
});

test("ports are replaced only where the kernel chose them", () => {
  expect(normaliser().text("0.0.0.0:49154->80/tcp 0.0.0.0:8080->80/tcp")).toBe(
    "0.0.0.0:<port>->80/tcp 0.0.0.0:8080->80/tcp",
  );
});

test("names of the surroundings, column widths and sizes do not count", () => {
  expect(normaliser().text("/tmp/x/d.sock     1.2MB   0B")).toBe("<socket>   <size>   0B");
});

test("values of JSON are normalised with their keys, in order", () => {
  expect(normaliser().value({ [id]: { b: 1, a: [`x ${id}`] } })).toEqual({ "<id 1>": { a: ["x <id 1>"], b: 1 } });
  expect(normaliser().value({ PublicPort: 8088, CgroupnsMode: "host" })).toEqual({
    CgroupnsMode: "<host or private>",
    PublicPort: "$port",
  });
});

test("steps of a download that pass too quickly to be told every time do not count", () => {
  expect(normaliser().text("a1: Pulling fs layer\na1: Verifying Checksum\na1: Pull complete\n")).toBe(
    "a1: Pulling fs layer\na1: Pull complete\n",
  );
});
