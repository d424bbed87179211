import { afterEach, expect, test } from "bun:test";
import type { HostConfig } from "#api/types/container.ts";
import { containerWorld, removeMachines } from "../../../test/support/container-world.ts";
import { createContainer } from "./create.ts";
import { removeContainer } from "./remove.ts";

afterEach(removeMachines);

test.each([
  [{ Memory: 1 }, "Minimum memory limit allowed is 6MB"],
  [{ Memory: 64e6, MemorySwap: 32e6 }, "Minimum memoryswap limit should be larger than memory limit, see usage"],
  [{ MemorySwap: 32e6 }, "You should always set the Memory limit when using Memoryswap limit, see usage"],
  [{ NanoCpus: 99e9 }, "range of CPUs is from 0.01 to 2.00, as there are only 2 CPUs available"],
  [{ CpuShares: -1 }, "invalid CPU shares (-1): value must be a positive integer"],
  [{ CpuQuota: 10 }, "CPU cfs quota can not be less than 1ms (i.e. 1000)"],
  [{ CpusetCpus: "77" }, "Requested CPUs are not available - requested 77, available: 0-1"],
  [{ CpusetCpus: "7x" }, "Invalid value 7x for cpuset cpus: invalid format: 7x"],
  [{ OomScoreAdj: 2000 }, "Invalid value 2000, range for oom score adj is [-1000, 1000]"],
  [{ CapAdd: ["BOGUS"] }, 'invalid CapAdd: unknown capability: "CAP_BOGUS"'],
  [{ IpcMode: "bogus" }, "invalid IPC mode: bogus"],
  [{ Runtime: "nope" }, "unknown or invalid runtime name: nope"],
  [{ LogConfig: { Type: "nope" } }, 'error looking up logging plugin nope: plugin "nope" not found'],
  [{ LogConfig: { Type: "json-file", Config: { bogus: "1" } } }, "unknown log opt 'bogus' for json-file log driver"],
  [
    { RestartPolicy: { Name: "bogus" } },
    "invalid restart policy: unknown policy 'bogus'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'",
  ],
  [
    { RestartPolicy: { Name: "always", MaximumRetryCount: 3 } },
    "invalid restart policy: maximum retry count can only be used with 'on-failure'",
  ],
  [{ RestartPolicy: { Name: "always" }, AutoRemove: true }, "can't create 'AutoRemove' container with restart policy"],
  [{ NetworkMode: "container:" }, "invalid network mode: invalid container format container:<name|id>"],
  [
    { Binds: ["/nope2:x"] },
    `invalid volume specification: '/nope2:x': invalid mount config for type "bind": invalid mount path: 'x' mount path must be absolute`,
  ],
  [{ Binds: ["/:/x:zz"] }, "invalid mode: zz"],
  [
    { Binds: ["/tmp:/"] },
    `invalid volume specification: '/tmp:/': invalid mount config for type "bind": invalid specification: destination can't be '/'`,
  ],
  [
    { Binds: ["a/b:/x"] },
    'create a/b: "a/b" includes invalid characters for a local volume name, only "[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. If you intended to pass a host directory, use absolute path',
  ],
  [{ Binds: ["/tmp:/x", "/etc:/x"] }, "Duplicate mount point: /x"],
  [
    { Mounts: [{ Type: "bind", Source: "/nope", Target: "/x" }] },
    'invalid mount config for type "bind": bind source path does not exist: /nope',
  ],
  [{ Mounts: [{ Type: "bogus", Target: "/x" }] }, 'invalid mount config for type "bogus": mount type unknown'],
  [
    { Mounts: [{ Type: "bind", Target: "/x" }] },
    'invalid mount config for type "bind": field Source must not be empty',
  ],
  [
    { Mounts: [{ Type: "tmpfs", Source: "a", Target: "/x" }] },
    'invalid mount config for type "tmpfs": field Source must not be specified',
  ],
  [{ Tmpfs: { rel: "" } }, "invalid mount path: 'rel' mount path must be absolute"],
  [{ Tmpfs: { "/x": "bogus" } }, 'invalid tmpfs option "bogus"'],
  [{ Links: ["web"] }, "--link is not supported by this version of wherry"],
] as [HostConfig, string][])("a host configuration %j is refused", async (host, message) => {
  const world = await containerWorld();
  expect(world.create("web", { host })).rejects.toThrow(message);
  expect([[...world.containers.all()], world.machine.storage.containers(), world.volumes.list()]).toEqual([[], [], []]);
  expect(world.containers.idOfName("web")).toBeUndefined();
});

test.each([
  [{ Env: ["=x"] }, "invalid environment variable: =x"],
  [{ WorkingDir: "rel" }, "the working directory 'rel' is invalid, it needs to be an absolute path"],
  [{ StopSignal: "FOO" }, "invalid signal: FOO"],
  [{ Entrypoint: [""] }, "no command specified"],
  [{ Image: "nosuch:1" }, "No such image: nosuch:1"],
])("a configuration %j is refused", async (config, message) => {
  const world = await containerWorld();
  expect(world.create("web", config)).rejects.toThrow(message);
});

test.each(["a b", "x", "_x", "-x", "a/b"])("the name %p is refused", async (name) => {
  const world = await containerWorld();
  expect(world.create(name)).rejects.toThrow(
    `Invalid container name (${name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed`,
  );
});

test("an empty configuration is refused", async () => {
  const world = await containerWorld();
  const request = { name: "", config: {}, hostConfig: {}, networking: {} };
  expect(createContainer(world, request)).rejects.toThrow("config cannot be empty in order to create a container");
});

test("what shares another container's network can have none of its own settings", async () => {
  const world = await containerWorld();
  await world.create("web");
  const host = { NetworkMode: "container:web" };
  expect(world.create("one", { host, Hostname: "x" })).rejects.toThrow(
    "conflicting options: hostname and the network mode",
  );
  expect(world.create("two", { host: { ...host, PublishAllPorts: true } })).rejects.toThrow(
    "conflicting options: port publishing and the container type network mode",
  );
  await world.create("three", { host });
  expect(world.record("three").hostConfig.NetworkMode).toBe(`container:${world.record("web").id}`);
  expect(world.record("three").config.Hostname).toBe(world.record("web").config.Hostname);
});

test("defaults are filled in", async () => {
  const world = await containerWorld();
  const id = await world.create("web", { host: { Memory: 64e6 } });
  expect(world.record("web").hostConfig).toMatchObject({
    NetworkMode: "bridge",
    MemorySwap: 128e6,
    RestartPolicy: { Name: "no", MaximumRetryCount: 0 },
    LogConfig: { Type: "json-file", Config: {} },
    Runtime: "crun",
  });
  expect(world.record("web").config).toMatchObject({ Hostname: id.slice(0, 12), Cmd: ["sh"] });
});

test("without a bridge the default network is none", async () => {
  const world = await containerWorld({ bridge: "none" });
  await world.run("web");
  expect(world.record("web").hostConfig.NetworkMode).toBe("none");
  expect(world.record("web").endpoint).toBeUndefined();
});

test("named volumes are shared, anonymous ones go with `rm -v`, and no volume goes while it is named", async () => {
  const world = await containerWorld();
  await world.create("one", { host: { Binds: ["data:/data"] }, Volumes: { "/anonymous": {} } });
  await world.create("two", { host: { Binds: ["data:/data:ro"] } });
  expect(world.volumes.list()).toHaveLength(2);
  expect(world.record("two").mounts[0]).toMatchObject({ type: "volume", name: "data", readWrite: false });
  expect(world.volumes.remove("data", { force: false })).rejects.toThrow("remove data: volume is in use - [");
  await removeContainer(world, "one", { force: false, volumes: true });
  expect(world.volumes.list().map(({ name }) => name)).toEqual(["data"]);
  await removeContainer(world, "two", { force: false, volumes: true });
  await world.volumes.remove("data", { force: false });
  expect(world.volumes.list()).toEqual([]);
});

test("a bind that holds the engine's own folder lets go of mounts as the engine does", async () => {
  const world = await containerWorld();
  await world.create("web", {
    host: { Binds: [`${world.machine.folder}:/all`, `${world.machine.folder}/x:/x:rshared`, "/usr:/usr"] },
  });
  expect(world.record("web").mounts.map(({ propagation }) => propagation)).toEqual(["rslave", "rshared", "rprivate"]);
});

test("the runtime is told what the user asked for", async () => {
  const world = await containerWorld();
  const id = await world.run("web", {
    Entrypoint: ["/entry"],
    Cmd: ["a", "b"],
    Env: ["A=1", "PATH=/bin", "HOSTNAME"],
    User: "nobody",
    host: {
      Binds: [`${world.machine.folder}/source:/a/b:ro`],
      Tmpfs: { "/a": "size=1m" },
      Memory: 64e6,
      ReadonlyRootfs: true,
    },
  });
  const process = world.runtime.process(id);
  expect(process).toMatchObject({ args: ["/entry", "a", "b"], user: "nobody", workingDir: "/", readOnlyRootfs: true });
  expect(process.env).toEqual(["PATH=/bin", "A=1"]);
  expect(process.mounts.map(({ target, options }) => [target, options.join()])).toEqual([
    ["/etc/resolv.conf", "rbind,rprivate,ro"],
    ["/etc/hostname", "rbind,rprivate,ro"],
    ["/etc/hosts", "rbind,rprivate,ro"],
    ["/a", "noexec,nosuid,nodev,size=1m"],
    ["/a/b", "rbind,ro,rprivate"],
  ]);
  expect(process.resources).toMatchObject({ memoryBytes: 64e6, memorySwapBytes: 128e6 });
  expect(process.namespaces.network).toEqual({ path: `/run/fake/netns/${id}` });
});
