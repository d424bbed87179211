import { expect, test } from "bun:test";
import type { CgroupLayout } from "./cgroup-layout.ts";
import { hierarchyOfPaths, parseCgroupPath } from "./cgroup-path.ts";

const unified: CgroupLayout = {
  mode: "unified",
  hierarchies: [{ version: 2, target: "/sys/fs/cgroup", controllers: ["cpu"] }],
};
const hybrid: CgroupLayout = {
  mode: "hybrid",
  hierarchies: [
    { version: 2, target: "/sys/fs/cgroup/unified", controllers: [] },
    { version: 1, target: "/sys/fs/cgroup/pids", controllers: ["pids"] },
    { version: 1, target: "/sys/fs/cgroup/freezer", controllers: ["freezer"] },
  ],
};

test("on version 2 alone its one line tells the group", () => {
  expect(parseCgroupPath("0::/system.slice/a.service\n", unified)).toBe("/system.slice/a.service");
  expect(hierarchyOfPaths(unified)?.target).toBe("/sys/fs/cgroup");
});

test("beside version 1 the freezer's line tells it, also where controllers share a hierarchy and a name has a colon", () => {
  const lines = "9:pids:/other\n4:cpuset,freezer:/docker/a:b\n0::/third\n";
  expect(parseCgroupPath(lines, hybrid)).toBe("/docker/a:b");
  expect(hierarchyOfPaths(hybrid)?.target).toBe("/sys/fs/cgroup/freezer");
});

test("a process without a line has no group", () => {
  expect(parseCgroupPath("9:pids:/other\n", hybrid)).toBeUndefined();
  expect(hierarchyOfPaths({ mode: "none", hierarchies: [] })).toBeUndefined();
});
