import { expect, test } from "bun:test";
import type { ContainerProcess } from "../runtime-driver.ts";
import { buildExecProcess, buildSpec, seccompFilterAnnotation, specText } from "./build-spec.ts";
import { capabilityNames } from "./capabilities.ts";
import { capabilitiesIn, type HostLimits, parseHardLimits } from "./host-limits.ts";

const limits: HostLimits = {
  capabilities: new Set(capabilityNames.filter((name) => name !== "CAP_SYS_RESOURCE")),
  hardLimits: { RLIMIT_NOFILE: 20_000 },
  oomScoreAdj: 0,
  architecture: "amd64",
  kernelRelease: "6.1.0",
  cgroupVersion: 1,
  canLimitSwap: true,
  canWeighBlockIo: false,
  networkSysctls: { "net.ipv4.ip_unprivileged_port_start": "0" },
};
const user = { uid: 5, gid: 6, additionalGids: [6], home: "/home/five" };
const plain: ContainerProcess = {
  id: "abc",
  name: "web",
  rootfs: "/rootfs",
  readOnlyRootfs: false,
  args: ["run"],
  env: ["PATH=/bin"],
  workingDir: "",
  user: "",
  groupAdd: [],
  hostname: "box",
  domainname: "",
  tty: false,
  openStdin: false,
  stdinOnce: false,
  mounts: [],
  devices: [],
  resources: {},
  privileged: false,
  capAdd: [],
  capDrop: [],
  seccomp: "default",
  maskedPaths: ["/proc/kcore"],
  readonlyPaths: ["/proc/sys"],
  noNewPrivileges: false,
  sysctls: {},
  ulimits: [],
  shmSizeBytes: 1000,
  init: false,
  namespaces: { network: { path: "/run/netns/abc" }, pid: "private", ipc: "private", uts: "private", cgroup: "host" },
  annotations: {},
};

function build(changes: Partial<ContainerProcess> = {}, of: Partial<HostLimits> = {}) {
  const warnings: string[] = [];
  const spec = buildSpec(
    { ...plain, ...changes },
    {
      limits: { ...limits, ...of },
      user,
      cgroupsPath: "/docker/abc",
      initPath: "/usr/bin/tini-static",
      warn: (message) => warnings.push(message),
    },
  );
  return { spec, warnings, mounts: Object.fromEntries(spec.mounts.map((mount) => [mount.destination, mount])) };
}

test("a plain container has docker's mounts, in docker's order", () => {
  const { spec, mounts } = build();
  expect(spec.mounts.map(({ destination }) => destination)).toEqual([
    "/proc",
    "/dev",
    "/dev/pts",
    "/sys",
    "/sys/fs/cgroup",
    "/dev/mqueue",
    "/dev/shm",
  ]);
  expect(mounts["/dev/shm"]?.options).toContain("size=1000");
  expect(mounts["/sys"]?.options).toContain("ro");
});

test("a mount of the caller takes the place of a default, and one at /dev of all below it", () => {
  const at = (target: string) => build({ mounts: [{ target, type: "bind", source: "/host", options: ["ro"] }] });
  expect(at("/dev/shm").mounts["/dev/shm"]).toEqual({
    destination: "/dev/shm",
    type: "bind",
    source: "/host",
    options: ["rbind", "ro"],
  });
  const targets = at("/dev").spec.mounts.map(({ destination }) => destination);
  expect(targets).toEqual(["/proc", "/sys", "/sys/fs/cgroup", "/dev"]);
});

test("shared memory follows the ipc namespace", () => {
  const withIpc = (ipc: ContainerProcess["namespaces"]["ipc"]) => build({ namespaces: { ...plain.namespaces, ipc } });
  expect(withIpc("host").mounts["/dev/shm"]).toMatchObject({ type: "bind", source: "/dev/shm" });
  expect(withIpc("none").mounts["/dev/shm"]).toBeUndefined();
  expect(withIpc("host").spec.linux.namespaces.map(({ type }) => type)).toEqual(["mount", "network", "uts", "pid"]);
});

test("namespaces are new ones, somebody's or the host's", () => {
  expect(build().spec.linux.namespaces).toEqual([
    { type: "mount" },
    { type: "network", path: "/run/netns/abc" },
    { type: "uts" },
    { type: "pid" },
    { type: "ipc" },
  ]);
});

test("sysctls that docker sets by default give way to the caller's and are not set on the host's network", () => {
  const name = "net.ipv4.ip_unprivileged_port_start";
  expect(build().spec.linux.sysctl).toEqual({ [name]: "0" });
  expect(build({ sysctls: { [name]: "80" }, domainname: "example.org" }).spec.linux.sysctl).toEqual({
    [name]: "80",
    "kernel.domainname": "example.org",
  });
  const host = build({
    namespaces: { ...plain.namespaces, network: "host", uts: "host" },
    domainname: "example.org",
  }).spec;
  expect(host.linux.sysctl).toEqual({});
  expect(host.hostname).toBeUndefined();
});

test("capabilities are docker's fourteen, changed by what is added and dropped", () => {
  const bounding = (changes: Partial<ContainerProcess>) => build(changes).spec.process.capabilities?.bounding ?? [];
  expect(bounding({})).toHaveLength(14);
  expect(bounding({ capDrop: ["MKNOD"], capAdd: ["cap_net_admin"] })).toContain("CAP_NET_ADMIN");
  expect(bounding({ capDrop: ["MKNOD"] })).not.toContain("CAP_MKNOD");
  expect(bounding({ capDrop: ["ALL"], capAdd: ["CHOWN"] })).toEqual(["CAP_CHOWN"]);
  expect(bounding({ capAdd: ["ALL"], capDrop: ["SYS_ADMIN"] })).not.toContain("CAP_SYS_ADMIN");
});

test("what the daemon lacks is left out, with a warning only when it was asked for by name", () => {
  const asked = build({ capAdd: ["SYS_RESOURCE"] });
  expect(asked.spec.process.capabilities?.bounding).not.toContain("CAP_SYS_RESOURCE");
  expect(asked.warnings).toEqual(["the daemon lacks CAP_SYS_RESOURCE and cannot give it"]);
  const privileged = build({ privileged: true });
  expect(privileged.spec.process.capabilities?.bounding).toEqual([...limits.capabilities]);
  expect(privileged.warnings).toEqual([]);
});

test("a privileged container has no filter, no masks, all devices and writable /sys", () => {
  const { spec, mounts } = build({ privileged: true });
  const { seccomp, maskedPaths, readonlyPaths, resources } = spec.linux;
  expect({ seccomp, maskedPaths, readonlyPaths }).toEqual({
    seccomp: undefined,
    maskedPaths: undefined,
    readonlyPaths: undefined,
  });
  expect(resources?.devices).toEqual([{ allow: true, access: "rwm" }]);
  expect(mounts["/sys"]?.options).not.toContain("ro");
  expect(mounts["/sys/fs/cgroup"]?.options).toContain("rw");
});

test("devices bring a node and a rule", () => {
  const { spec } = build({ devices: [{ hostPath: "/dev/full", containerPath: "/dev/mine", permissions: "r" }] });
  expect(spec.linux.devices).toEqual([expect.objectContaining({ type: "c", path: "/dev/mine", major: 1, minor: 7 })]);
  expect(spec.linux.resources?.devices?.at(-1)).toEqual({ allow: true, type: "c", major: 1, minor: 7, access: "r" });
  expect(() => build({ devices: [{ hostPath: "/dev/nope", containerPath: "/dev/x", permissions: "rwm" }] })).toThrow(
    'error gathering device information while adding custom device "/dev/nope": no such file or directory',
  );
});

test("limits are not raised beyond the daemon's own without CAP_SYS_RESOURCE", () => {
  const ulimits = [{ name: "nofile", soft: 100, hard: 50_000 }];
  const bound = build({ ulimits });
  expect(bound.spec.process.rlimits).toEqual([{ type: "RLIMIT_NOFILE", soft: 100, hard: 20_000 }]);
  expect(bound.warnings).toHaveLength(1);
  const free = build({ ulimits }, { capabilities: new Set(capabilityNames) });
  expect(free.spec.process.rlimits).toEqual([{ type: "RLIMIT_NOFILE", soft: 100, hard: 50_000 }]);
  expect(build({ oomScoreAdj: -5 }).spec.process.oomScoreAdj).toBeUndefined();
  expect(build({ oomScoreAdj: 5 }).spec.process.oomScoreAdj).toBe(5);
});

test("an endless limit is written as the kernel's largest number", () => {
  const { spec } = build({ ulimits: [{ name: "core", soft: -1, hard: -1 }] });
  expect(specText(spec)).toContain('{"type":"RLIMIT_CORE","soft":18446744073709551615,"hard":18446744073709551615}');
});

test("resources are translated, and what the kernel cannot do is left out with a warning", () => {
  const { spec, warnings } = build(
    {
      resources: {
        memoryBytes: 10,
        memorySwapBytes: 20,
        nanoCpus: 1_500_000_000,
        cpuShares: 7,
        pidsLimit: 9,
        blkioWeight: 300,
      },
    },
    { canLimitSwap: false },
  );
  expect(spec.linux.resources).toMatchObject({
    memory: { limit: 10 },
    cpu: { shares: 7, quota: 150_000, period: 100_000 },
    pids: { limit: 9 },
  });
  expect(JSON.parse(specText(spec)).linux.resources).not.toHaveProperty("memory.swap");
  expect(warnings).toEqual(["the kernel cannot limit swap", "the kernel cannot weigh block I/O"]);
  expect(build({ resources: { pidsLimit: -1 } }).spec.linux.resources?.pids).toBeUndefined();
});

test("an init stands before the program, but not in somebody else's pid namespace", () => {
  const { spec, mounts } = build({ init: true });
  expect(spec.process.args).toEqual(["/sbin/docker-init", "--", "run"]);
  expect(mounts["/sbin/docker-init"]?.source).toBe("/usr/bin/tini-static");
  expect(build({ init: true, namespaces: { ...plain.namespaces, pid: "host" } }).spec.process.args).toEqual(["run"]);
});

test("the home is the user's unless it was given", () => {
  expect(build().spec.process.env).toEqual(["PATH=/bin", "HOME=/home/five"]);
  expect(build({ env: ["HOME=/x"] }).spec.process.env).toEqual(["HOME=/x"]);
});

test("a user's annotation cannot bring a filter", () => {
  const annotations = { [seccompFilterAnnotation]: "AAAA", "org.example": "x" };
  expect(build({ annotations }).spec.annotations).toEqual({ "org.example": "x" });
});

test("a user's annotation cannot steer the runtime", () => {
  const steering = {
    "run.oci.handler": "krun",
    "run.oci.hooks.stdout": "/etc/passwd",
    "run.oci.keep_original_groups": "1",
    "run.oci.seccomp.plugins": "/tmp/evil.so",
    "RUN.OCI.timezone": "local",
    "org.criu.config": "/tmp/criu.conf",
    "org.systemd.property.ExecStopPost": "'x'",
    "io.wherry.runtime": "evil",
  };
  const harmless = { "run.ocicle": "a", "org.systemd": "b", "com.docker.compose": "c" };
  const { spec, warnings } = build({ annotations: { ...steering, ...harmless } });
  expect(spec.annotations).toEqual(harmless);
  expect(warnings).toContain("the annotation run.oci.handler would steer the runtime and is left out");
});

test("mounts that are handed on need a root file system that does so", () => {
  const propagation = (option: string) =>
    build({ mounts: [{ target: "/x", type: "bind", source: "/x", options: ["rbind", option] }] }).spec.linux
      .rootfsPropagation;
  expect([propagation("rprivate"), propagation("rslave"), propagation("rshared")]).toEqual([
    undefined,
    "rslave",
    "shared",
  ]);
});

test("an exec has its container's limits, and all capabilities when it is privileged", () => {
  const exec = {
    execId: "x",
    args: ["ls"],
    env: [],
    workingDir: "",
    user: "",
    tty: true,
    terminalSize: { rows: 3, columns: 4 },
    privileged: false,
    stdin: false,
    output: true,
  };
  const container = build({ noNewPrivileges: true }).spec.process;
  const circumstances = { limits, user, cgroupsPath: undefined, initPath: undefined, warn: () => {} };
  expect(buildExecProcess(exec, container, circumstances)).toMatchObject({
    terminal: true,
    consoleSize: { height: 3, width: 4 },
    cwd: "/",
    capabilities: container.capabilities,
    noNewPrivileges: true,
  });
  const privileged = buildExecProcess({ ...exec, privileged: true }, container, circumstances);
  expect(privileged.capabilities?.bounding).toEqual([...limits.capabilities]);
});

test("the daemon's own limits are read from the kernel's text", () => {
  expect(capabilitiesIn("CapPrm:\t0000000000000003\nCapBnd:\t0000000000000005\n")).toEqual(new Set(["CAP_CHOWN"]));
  const text =
    "Limit                     Soft Limit           Hard Limit           Units     \nMax open files            1024                 20000                files     \nMax core file size        0                    unlimited            bytes     \n";
  expect(parseHardLimits(text)).toEqual({ RLIMIT_NOFILE: 20_000, RLIMIT_CORE: Number.POSITIVE_INFINITY });
});

test("text that ends early for the runtime is refused", () => {
  for (const changes of [{ env: ["A=b\0c"] }, { args: ["run\0x"] }, { workingDir: "/a\0/b" }])
    expect(() => specText(build(changes).spec)).toThrow("contains nul byte");
});
