import { existsSync, readdirSync, readFileSync } from "node:fs";
import { cpus, hostname, machine, release, totalmem } from "node:os";
import { join } from "node:path";
import type { CgroupLimits, HostFacts } from "#engine/system/system-service.ts";
import { type CgroupLayout, readCgroupLayout } from "#platform/linux/cgroup-layout.ts";

/** What `info` and `version` tell of the machine. */
export function readHostFacts(environment: Readonly<Record<string, string | undefined>>): HostFacts {
  const osRelease = parseOsRelease(readFirst(["/etc/os-release", "/usr/lib/os-release"]));
  const variable = (name: string) => environment[name.toUpperCase()] ?? environment[name] ?? "";
  return {
    name: hostname(),
    kernelVersion: release(),
    operatingSystem: osRelease.get("PRETTY_NAME") ?? "Linux",
    osVersion: osRelease.get("VERSION_ID") ?? "",
    machine: machine(),
    cpus: cpus().length,
    memoryBytes: totalmem(),
    limits: cgroupLimits(readCgroupLayout(), existsSync),
    ipv4Forwarding: readFirst(["/proc/sys/net/ipv4/ip_forward"]).trim() === "1",
    proxies: {
      http: withoutPassword(variable("http_proxy")),
      https: withoutPassword(variable("https_proxy")),
      none: variable("no_proxy"),
    },
  };
}

/** Descriptors that this process has open. */
export const countOpenFiles = (): number => readdirSync("/proc/self/fd").length;

function readFirst(paths: readonly string[]): string {
  const path = paths.find((candidate) => existsSync(candidate));
  return path === undefined ? "" : readFileSync(path, "utf8");
}

/** `NAME="value"` lines, as os-release(5) has them. */
export function parseOsRelease(text: string): ReadonlyMap<string, string> {
  const entries = text.split("\n").flatMap((line) => {
    const match = /^\s*([A-Z_0-9]+)=(?:"(.*)"|'(.*)'|(.*))\s*$/.exec(line);
    return match ? [[match[1]!, match[2] ?? match[3] ?? match[4] ?? ""] as const] : [];
  });
  return new Map(entries);
}

/** What the kernel's control groups can limit, by the controllers and files that there are. */
export function cgroupLimits({ mode, hierarchies }: CgroupLayout, exists: (path: string) => boolean): CgroupLimits {
  const has = (controller: string) => hierarchies.some(({ controllers }) => controllers.includes(controller));
  if (mode === "unified")
    return {
      memory: has("memory"),
      // The root group has no files of its own to look at; version 2 has always had swap limits where memory is limited.
      swap: has("memory"),
      oomKillDisable: false,
      cpuCfs: has("cpu"),
      cpuShares: has("cpu"),
      cpuset: has("cpuset"),
      pids: has("pids"),
    };
  const file = (controller: string, name: string) => {
    const target = hierarchies.find(
      ({ version, controllers }) => version === 1 && controllers.includes(controller),
    )?.target;
    return target !== undefined && exists(join(target, name));
  };
  return {
    memory: file("memory", "memory.limit_in_bytes"),
    swap: file("memory", "memory.memsw.limit_in_bytes"),
    oomKillDisable: file("memory", "memory.oom_control"),
    cpuCfs: file("cpu", "cpu.cfs_quota_us"),
    cpuShares: file("cpu", "cpu.shares"),
    cpuset: file("cpuset", "cpuset.cpus"),
    pids: has("pids"),
  };
}

/** `info` is read by everyone who may use the API. */
function withoutPassword(proxy: string): string {
  return proxy.replace(/\/\/[^/@]*@/, "//xxxxx:xxxxx@");
}
