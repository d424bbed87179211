import { expect, test } from "bun:test";
import type { CgroupLayout } from "#platform/linux/cgroup-layout.ts";
import type { RuntimeBinary } from "./runtime-binary.ts";
import { chooseDefault } from "./select-runtime.ts";

const binary = (name: "crun" | "runc"): [string, RuntimeBinary] => [
  name,
  { name, path: `/usr/bin/${name}`, command: `/usr/bin/${name}`, kind: name, version: "1.0" },
];
const both = new Map([binary("runc"), binary("crun")]);
const unified: CgroupLayout = {
  mode: "unified",
  hierarchies: [{ version: 2, target: "/sys/fs/cgroup", controllers: ["cpu", "memory"] }],
};
const stray: CgroupLayout = {
  mode: "hybrid",
  hierarchies: [
    { version: 1, target: "/sys/fs/cgroup/cpu", controllers: ["cpu"] },
    { version: 2, target: "/sys/fs/cgroup/unified", controllers: ["hugetlb"] },
  ],
};

test("crun is taken where it works", () => {
  expect(chooseDefault({}, both, unified)).toMatchObject({ defaultRuntime: { name: "crun" }, warnings: [] });
});

test("runc is taken where crun refuses, and the cure is told", () => {
  const { defaultRuntime, warnings } = chooseDefault({}, both, stray);
  expect(defaultRuntime.name).toBe("runc");
  expect(warnings.join()).toContain("mount -t cgroup -o hugetlb hugetlb /sys/fs/cgroup/hugetlb");
});

test("a configured runtime is taken, with a warning when it will refuse", () => {
  expect(chooseDefault({ defaultRuntime: "runc" }, both, stray)).toMatchObject({
    defaultRuntime: { name: "runc" },
    warnings: [],
  });
  expect(chooseDefault({ defaultRuntime: "crun" }, both, stray).warnings).toHaveLength(1);
});

test("without a runtime that works the error says what to do", () => {
  expect(() => chooseDefault({}, new Map([binary("crun")]), stray)).toThrow("mkdir -p /sys/fs/cgroup/hugetlb");
  expect(() => chooseDefault({}, new Map(), unified)).toThrow("install crun or runc");
  expect(() => chooseDefault({ defaultRuntime: "kata" }, both, unified)).toThrow("the runtime kata was not found");
});
