import { expect, test } from "bun:test";
import { parseMount } from "./mounts.ts";

test("a bind mount with all its parts", () => {
  expect(parseMount("type=bind,src=/a,dst=/b,readonly,bind-propagation=rslave")).toEqual({
    Type: "bind",
    Source: "/a",
    Target: "/b",
    ReadOnly: true,
    BindOptions: { Propagation: "rslave" },
  });
});

test("the type is volume by default, and values may be quoted to hold commas", () => {
  expect(parseMount('source=data,target=/d,"volume-opt=o=addr=1,rw",volume-nocopy')).toEqual({
    Type: "volume",
    Source: "data",
    Target: "/d",
    VolumeOptions: { DriverConfig: { Options: { o: "addr=1,rw" } }, NoCopy: true },
  });
});

test("a tmpfs takes a size with unit and an octal mode", () => {
  expect(parseMount("type=tmpfs,dst=/t,tmpfs-size=1m,tmpfs-mode=1777").TmpfsOptions).toEqual({
    SizeBytes: 1_048_576,
    Mode: 0o1777,
  });
});

test.each([
  ["type=bind,src=/a", "target is required"],
  ["type=tmpfs,dst=/t,bind-propagation=shared", "cannot mix 'bind-*' options with mount type 'tmpfs'"],
  ["type=bind,src=/a,dst=/b,colour=red", "unexpected key 'colour' in 'colour=red'"],
  ["type=bind,src", "invalid field 'src' must be a key=value pair"],
])("--mount %s is refused", (text, message) => {
  expect(() => parseMount(text)).toThrow(message);
});
