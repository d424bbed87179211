import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ContainerConfig, HostConfig, NetworkingConfig } from "#api/types/container.ts";
import { KeyedLock } from "#base/concurrency/keyed-lock.ts";
import { Logger } from "#base/diagnostics/logger.ts";
import type { LogDriver } from "#drivers/log/log-driver.ts";
import type { NetworkDriver } from "#drivers/network/network-driver.ts";
import type { RuntimeDriver } from "#drivers/runtime/runtime-driver.ts";
import type { StorageDriver } from "#drivers/storage/storage-driver.ts";
import type { ContainerDeps } from "#engine/container/container-deps.ts";
import type { ContainerRecord } from "#engine/container/container-record.ts";
import { ContainerStore } from "#engine/container/container-store.ts";
import { createContainer } from "#engine/container/create.ts";
import { ExecStore } from "#engine/container/exec-store.ts";
import { LiveContainers } from "#engine/container/live-container.ts";
import { watchExits } from "#engine/container/on-exit.ts";
import { restoreContainers } from "#engine/container/restore.ts";
import { startContainer } from "#engine/container/start.ts";
import { EventLog } from "#engine/events/event-log.ts";
import { NetworkService } from "#engine/network/network-service.ts";
import { VolumeService } from "#engine/volume/volume-service.ts";
import { rfc3339Now } from "#formats/rfc3339/rfc3339.ts";
import { DataRoot } from "#state/data-root.ts";
import { Database } from "#state/database.ts";
import { FakeImageResolver } from "./fake-image-resolver.ts";
import { FakeHost, FakeNetworkDriver } from "./fake-network-driver.ts";
import { FakeRuntimeDriver } from "./fake-runtime-driver.ts";
import { FakeStorageDriver } from "./fake-storage-driver.ts";

/** What outlives a daemon: disk, kernel, processes. Several daemons may live on one machine, one after the other. */
export interface Machine {
  readonly folder: string;
  readonly database: Database;
  readonly host: FakeHost;
  readonly storage: FakeStorageDriver;
  readonly runtime: FakeRuntimeDriver;
  readonly images: FakeImageResolver;
}

interface WorldOptions {
  readonly machine?: Machine;
  readonly deafTo?: ConstructorParameters<typeof FakeRuntimeDriver>[0] extends infer O
    ? O extends { deafTo?: infer D }
      ? D
      : never
    : never;
  /** Stands between the daemon and its machine, to let it die at a call. */
  readonly between?: <T extends object>(part: T) => T;
  readonly bridge?: "none";
}

const machines = new Set<Machine>();

export function newMachine({ deafTo }: Pick<WorldOptions, "deafTo"> = {}): Machine {
  const images = new FakeImageResolver();
  images.add({ names: ["busybox"], config: { Cmd: ["sh"] }, topLayer: "layer" });
  const machine: Machine = {
    folder: mkdtempSync(join(tmpdir(), "containers-")),
    database: new Database(":memory:"),
    host: new FakeHost(),
    storage: FakeStorageDriver.withLayers("layer"),
    runtime: new FakeRuntimeDriver({ deafTo }),
    images,
  };
  machines.add(machine);
  return machine;
}

/** To be called after each test: removes the machines' folders. */
export function removeMachines(): void {
  for (const { folder, database } of machines) {
    database.close();
    rmSync(folder, { recursive: true, force: true });
  }
  machines.clear();
}

export interface ContainerWorld extends ContainerDeps {
  readonly machine: Machine;
  readonly runtime: RuntimeDriver & FakeRuntimeDriver;
  readonly networkDriver: NetworkDriver;
  /** "action name" of each container event, in order. */
  readonly told: string[];
  /** Failures of work that nobody waited for. */
  readonly failures: unknown[];
  /** Makes a container of busybox; answers its id. */
  readonly create: (
    name: string,
    options?: Partial<ContainerConfig> & { host?: HostConfig; networking?: NetworkingConfig },
  ) => Promise<string>;
  readonly run: (name: string, options?: Partial<ContainerConfig> & { host?: HostConfig }) => Promise<string>;
  readonly record: (ref: string) => ContainerRecord;
  /** Ends a container's process and waits until all of it is settled. */
  readonly exit: (ref: string, exitCode?: number) => Promise<void>;
  /** What goes on behind the replies is over. */
  readonly settled: () => Promise<void>;
}

/** A daemon's containers over a fake machine and a real database in memory. */
export async function containerWorld({
  machine: given,
  deafTo,
  between = (part) => part,
  bridge,
}: WorldOptions = {}): Promise<ContainerWorld> {
  const machine = given ?? newMachine({ deafTo });
  const dataRoot = new DataRoot(join(machine.folder, "lib"), join(machine.folder, "run"));
  const events = new EventLog();
  const told: string[] = [];
  events.subscribe(undefined, ({ type, action, attributes }) => {
    if (type === "container") told.push(`${action} ${attributes["name"]}`);
  });
  const database = between(machine.database);
  const storage: StorageDriver = between(machine.storage);
  const runtime = between(machine.runtime);
  const networkDriver: NetworkDriver = between(new FakeNetworkDriver(machine.host));
  const networks = new NetworkService({
    database,
    driver: networkDriver,
    events,
    bridge:
      bridge === "none"
        ? undefined
        : {
            device: "fake0",
            subnet: "10.9.0.0/24",
            gateway: "10.9.0.1",
            mtu: 1500,
            masquerade: true,
            interContainer: true,
            hostAddress: "0.0.0.0",
          },
    ephemeralPorts: { first: 32768, last: 60999 },
    now: rfc3339Now,
  });
  const volumes = new VolumeService({ database, dataRoot, events, now: rfc3339Now });
  const background = new Set<Promise<void>>();
  const failures: unknown[] = [];
  const deps: ContainerDeps = {
    database,
    dataRoot,
    storage,
    runtime,
    networks,
    volumes,
    images: machine.images,
    events,
    logDrivers: new Map([["json-file", silentLog]]),
    logger: new Logger({ level: "fatal", format: "text", coloured: false, write: () => {} }),
    defaults: {
      runtime: "crun",
      runtimes: ["crun"],
      cgroupParent: "",
      logDriver: "json-file",
      logOptions: {},
      shmSizeBytes: 64 * 1024 * 1024,
      ipcMode: "private",
      cgroupNamespaceMode: "private",
      init: false,
      noNewPrivileges: false,
      ulimits: [],
      dns: [],
      dnsSearch: [],
      dnsOptions: [],
      liveRestore: true,
    },
    ps: () => Promise.resolve("PID CMD\n"),
    host: {
      cpuCount: 2,
      hostname: () => "machine",
      resolvConf: () => ({ path: "/etc/resolv.conf", text: "nameserver 10.0.0.1\n" }),
      hosts: () => "127.0.0.1 localhost\n",
    },
    now: rfc3339Now,
    containers: new ContainerStore(database),
    live: new LiveContainers(),
    execs: new ExecStore(),
    locks: new KeyedLock(),
    background: (_what, work) => {
      const watched: Promise<void> = work
        .then(
          () => {},
          (error: unknown) => void failures.push(error),
        )
        .finally(() => background.delete(watched));
      background.add(watched);
    },
  };
  await networks.open();
  await volumes.open();
  // As the service does it at the daemon's start.
  const { mkdirSync } = await import("node:fs");
  mkdirSync(dataRoot.containers, { recursive: true });
  watchExits(deps);
  await restoreContainers(deps);
  const settled = async () => {
    while (background.size > 0 || deps.live.endings().length > 0)
      await Promise.all([...background, ...deps.live.endings()]);
  };
  const create: ContainerWorld["create"] = async (name, { host = {}, networking = {}, ...config } = {}) => {
    const request = { name, config: { Image: "busybox", ...config }, hostConfig: host, networking };
    return (await createContainer(deps, request)).id;
  };
  return {
    ...deps,
    machine,
    runtime,
    networkDriver,
    told,
    failures,
    settled,
    create,
    run: async (name, options) => {
      const id = await create(name, options);
      await startContainer(deps, id);
      return id;
    },
    record: (ref) => deps.containers.get(ref),
    exit: async (ref, exitCode = 0) => {
      machine.runtime.exit(deps.containers.get(ref).id, exitCode);
      await settled();
    },
  };
}

const silentLog: LogDriver = {
  name: "json-file",
  readable: true,
  async *read() {},
  rotate: () => Promise.resolve(),
  remove: () => Promise.resolve(),
};
