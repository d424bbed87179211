import { EngineError } from "#base/errors/engine-error.ts";
import { System } from "#engine/system/system.ts";
import type { SystemService } from "#engine/system/system-service.ts";

/** The system service over made-up facts. The password "wrong" is refused. */
export function fakeSystem(expectProcess: () => void = () => {}): SystemService {
  return new System({
    id: "f00d",
    build: { version: "1.2.3", commit: "abc", time: "2026-01-02T03:04:05Z", runtime: "bun1" },
    dataRoot: "/var/lib/wherry",
    architecture: "amd64",
    host: {
      name: "test",
      kernelVersion: "6.1.0",
      operatingSystem: "Debian",
      osVersion: "12",
      machine: "x86_64",
      cpus: 2,
      memoryBytes: 1024,
      limits: {
        memory: true,
        swap: true,
        oomKillDisable: false,
        cpuCfs: true,
        cpuShares: true,
        cpuset: true,
        pids: true,
      },
      ipv4Forwarding: true,
      proxies: { http: "", https: "", none: "" },
    },
    settings: () => ({
      debug: false,
      labels: ["tier=test"],
      liveRestore: false,
      defaultRuntime: "crun",
      registry: { insecure: ["registry.test:5000", "10.0.0.0/8"], mirrors: [] },
    }),
    storage: { name: "overlay2", status: () => [["Backing Filesystem", "extfs"]] },
    runtime: {
      runtime: "crun",
      runtimeVersion: "1.8.1",
      monitorVersion: "2.1.6",
      cgroupVersion: 2,
      cgroupDriver: "systemd",
      warnings: [],
      runtimes: { crun: "/usr/bin/crun" },
    },
    network: { firewall: "nftables", warnings: ["WARNING: a network warning"] },
    expectProcess,
    networkDrivers: ["bridge", "host", "null"],
    logDriver: "json-file",
    logDrivers: ["json-file"],
    initBinary: "",
    countContainers: () => ({ running: 1, paused: 2, stopped: 3 }),
    countImages: () => 4,
    countEventListeners: () => 0,
    countOpenFiles: () => 10,
    authenticate: ({ password }) =>
      password === "wrong"
        ? Promise.reject(new EngineError("unauthorized", "registry.unauthorized", "incorrect username or password"))
        : Promise.resolve({ identityToken: "" }),
  });
}
