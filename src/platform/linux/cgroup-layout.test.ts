import { expect, test } from "bun:test";
import { parseCgroupLayout, strayControllers } from "./cgroup-layout.ts";

const none = () => [];
const v1 = (name: string) => `30 25 0:26 / /sys/fs/cgroup/${name} rw,relatime - cgroup cgroup rw,${name}`;
const v2 = (target: string) => `31 25 0:27 / ${target} rw,relatime - cgroup2 cgroup2 rw,nsdelegate`;

test("version 2 alone is unified", () => {
  const layout = parseCgroupLayout(v2("/sys/fs/cgroup"), () => ["cpu", "memory"]);
  expect(layout).toEqual({
    mode: "unified",
    hierarchies: [{ version: 2, target: "/sys/fs/cgroup", controllers: ["cpu", "memory"] }],
  });
  expect(strayControllers(layout)).toEqual([]);
});

test("version 1 alone is legacy, and options that are no controllers are left out", () => {
  const layout = parseCgroupLayout(
    [v1("cpu,cpuacct"), "32 25 0:2 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd"].join("\n"),
    none,
  );
  expect(layout.mode).toBe("legacy");
  expect(layout.hierarchies.map(({ controllers }) => controllers)).toEqual([["cpu", "cpuacct"], ["name=systemd"]]);
});

test("controllers left on version 2 in a hybrid layout are told", () => {
  const lines = [v1("memory"), v2("/sys/fs/cgroup/unified")].join("\n");
  expect(strayControllers(parseCgroupLayout(lines, () => ["hugetlb"]))).toEqual(["hugetlb"]);
  expect(strayControllers(parseCgroupLayout(lines, none))).toEqual([]);
});

test("without any mount there are no cgroups", () => {
  expect(parseCgroupLayout("1 1 0:1 / / rw - ext4 /dev/vda rw", none).mode).toBe("none");
});
