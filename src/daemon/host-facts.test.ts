import { expect, test } from "bun:test";
import { parseCgroupLayout } from "#platform/linux/cgroup-layout.ts";
import { cgroupLimits, parseOsRelease, readHostFacts } from "./host-facts.ts";

test("os-release is read with and without quotes", () => {
  const facts = parseOsRelease("PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n# comment\nVERSION_ID=12\nNAME='x'\n");
  expect(Object.fromEntries(facts)).toEqual({
    PRETTY_NAME: "Debian GNU/Linux 12 (bookworm)",
    VERSION_ID: "12",
    NAME: "x",
  });
});

test("with version 2 alone, controllers tell the limits", () => {
  const layout = parseCgroupLayout("30 1 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n", () => [
    "cpu",
    "memory",
    "pids",
  ]);
  expect(cgroupLimits(layout, () => false)).toEqual({
    memory: true,
    swap: true,
    oomKillDisable: false,
    cpuCfs: true,
    cpuShares: true,
    cpuset: false,
    pids: true,
  });
});

test("with version 1, files tell the limits", () => {
  const mounts =
    "30 1 0:26 / /cg/memory rw - cgroup cgroup rw,memory\n31 1 0:27 / /cg/cpu rw - cgroup cgroup rw,cpu,cpuacct\n";
  const files = ["/cg/memory/memory.limit_in_bytes", "/cg/memory/memory.oom_control", "/cg/cpu/cpu.shares"];
  expect(
    cgroupLimits(
      parseCgroupLayout(mounts, () => []),
      (path) => files.includes(path),
    ),
  ).toEqual({
    memory: true,
    swap: false,
    oomKillDisable: true,
    cpuCfs: false,
    cpuShares: true,
    cpuset: false,
    pids: false,
  });
});

test("a proxy's password is not shown", () => {
  const { proxies } = readHostFacts({
    http_proxy: "http://me:secret@proxy:3128",
    HTTPS_PROXY: "http://proxy",
    no_proxy: "a,b",
  });
  expect(proxies).toEqual({ http: "http://xxxxx:xxxxx@proxy:3128", https: "http://proxy", none: "a,b" });
});
