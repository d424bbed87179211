import { chmodSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { buildInfo } from "#base/diagnostics/build-info.ts";
import { messageOf } from "#base/errors/engine-error.ts";
import { JsonFileLog } from "#drivers/log/json-file/json-file-log.ts";
import type { LogDriver } from "#drivers/log/log-driver.ts";
import { BridgeDriver } from "#drivers/network/bridge/bridge.ts";
import { OciRuntime } from "#drivers/runtime/oci/oci-runtime.ts";
import type { RuntimeFacts } from "#drivers/runtime/runtime-driver.ts";
import type { ContainerDefaults } from "#engine/container/container-deps.ts";
import { ContainerService } from "#engine/container/container-service.ts";
import { validateLogConfig } from "#engine/container/log-options.ts";
import { EventLog } from "#engine/events/event-log.ts";
import { ImageService } from "#engine/image/image-service.ts";
import { NetworkService } from "#engine/network/network-service.ts";
import { System } from "#engine/system/system.ts";
import { VolumeService } from "#engine/volume/volume-service.ts";
import { normalizePlatform } from "#formats/manifest/platform.ts";
import { rfc3339Now } from "#formats/rfc3339/rfc3339.ts";
import { run } from "#platform/process/run.ts";
import { UnpackClient } from "#reexec/unpack-client.ts";
import { defaultRetryPolicy } from "#registry/download-blob.ts";
import { RegistryClient, type RegistryOptions } from "#registry/registry-client.ts";
import { containerRouter } from "#server/router/container.ts";
import { execRouter } from "#server/router/exec.ts";
import { imageRouter } from "#server/router/image.ts";
import { networkRouter } from "#server/router/network.ts";
import { systemRouter } from "#server/router/system.ts";
import { volumeRouter } from "#server/router/volume.ts";
import { ContentStore } from "#state/content-store.ts";
import type { DataRoot } from "#state/data-root.ts";
import { Database } from "#state/database.ts";
import type { DaemonConfig } from "./config/daemon-config.ts";
import { DaemonError } from "./daemon-error.ts";
import type { Engine, EngineOptions } from "./engine.ts";
import { countOpenFiles, readHostFacts } from "./host-facts.ts";
import { bridgeSettings, ephemeralPorts, ownNames } from "./wiring/network.ts";
import { openStorage } from "./wiring/storage.ts";

/** How often the firewall is looked after: another program may have flushed our rules. */
const repairMilliseconds = 5000;

/**
 * Builds the engine, from the disk up, in the order of the founding article: data root, storage driver, volumes, images, network
 * controller, runtime, containers of before. The one place that knows which implementation stands behind a contract.
 */
export async function startEngine(paths: DataRoot, { config, logger, id }: EngineOptions): Promise<Engine> {
  /** What a reload may change is read from here. */
  const current = { config };
  const logDrivers = newLogDrivers(config.containers);
  makeFolders(paths);
  await using undo = new AsyncDisposableStack();
  const storage = openStorage(config.storageDriver, paths, logger);
  undo.defer(() => storage.close());
  const database = new Database(paths.database);
  undo.defer(() => database.close());
  const events = new EventLog();
  const volumes = new VolumeService({ database, dataRoot: paths, events, now: rfc3339Now });
  await volumes.open();

  const host = readHostFacts(process.env);
  const platform = normalizePlatform({ os: "linux", architecture: process.arch, variant: "" });
  const images: ImageService = new ImageService({
    database,
    events,
    logger,
    storage,
    registry: new RegistryClient(() => registryOptions(current.config)),
    platform,
    content: new ContentStore(paths.blobs),
    unpacker: new UnpackClient(),
    users: (imageId) => containers.usersOfImage(imageId),
    layersInUse: () => containers.layersInUse(),
    maxConcurrentDownloads: config.registry.maxConcurrentDownloads,
  });

  const networks = newNetworkService(config, paths, { database, events });
  const networkFacts = await networks.open();
  const runtime = newRuntime(config, paths, logger);
  const runtimeFacts = await runtime.open();
  undo.defer(() => runtime.close());
  const containers = new ContainerService({
    database,
    dataRoot: paths,
    storage,
    runtime,
    networks,
    volumes,
    images,
    events,
    logDrivers,
    logger,
    defaults: containerDefaults(current, runtimeFacts),
    ps: async (args) => (await run(["ps", ...args])).stdout,
  });
  // Collects garbage, for which it asks the containers what they stand on.
  await images.open();
  await containers.restore();
  const stopRepairing = keepRepairing(networks, (error) =>
    logger.warn(`could not look after the firewall: ${messageOf(error)}`),
  );

  const system = new System({
    id,
    build: buildInfo,
    dataRoot: paths.root,
    architecture: platform.architecture,
    host,
    settings: () => ({ ...current.config, defaultRuntime: runtimeFacts.runtime }),
    storage,
    runtime: runtimeFacts,
    expectProcess: () => runtime.expectProcess(),
    network: networkFacts,
    networkDrivers: ["bridge", "host", "null"],
    logDriver: config.containers.logDriver,
    logDrivers: [...logDrivers.keys(), "none"],
    initBinary: config.runtime.initPath ?? "docker-init",
    countContainers: () => containers.count(),
    countImages: () => images.count,
    countEventListeners: () => events.listenerCount,
    countOpenFiles,
    authenticate: (credentials, signal) => images.authenticate(credentials, signal),
  });
  for (const warning of [...runtimeFacts.warnings, ...networkFacts.warnings]) logger.warn(warning);
  const opened = undo.move();
  return {
    answers: [
      ...systemRouter(system, events),
      ...containerRouter(containers),
      ...execRouter(containers),
      ...imageRouter(images),
      ...networkRouter(networks),
      ...volumeRouter(volumes),
    ],
    storageDriver: storage.name,
    runtime: runtimeFacts.runtime,
    restored: containers.count().running,
    reload: (next) => {
      current.config = next;
      events.publish({ type: "daemon", action: "reload", id, attributes: reloadAttributes(next, host.name) });
    },
    heldLocks: () => containers.diagnostics().locks.map((lock) => `container ${lock}`),
    stop: async ({ limitSeconds }) => {
      stopRepairing();
      await containers.shutdown(limitSeconds);
      await networks.close({ keepRules: containers.count().running > 0 });
      await opened.disposeAsync();
    },
  };
}

/** Bundles and sockets of containers must be reachable for nobody but root; `tmp` is cleared of what a crash left. */
function makeFolders(paths: DataRoot): void {
  rmSync(paths.temporary, { recursive: true, force: true });
  for (const path of [paths.temporary, paths.bundles, paths.exits, paths.sandboxes]) {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    chmodSync(path, 0o700);
  }
  // Children and libraries put their temporary files where there is room for them.
  process.env["TMPDIR"] = paths.temporary;
}

/** Throws DaemonError when the default driver is not there or does not know its options. */
function newLogDrivers({ logDriver, logOptions }: DaemonConfig["containers"]): ReadonlyMap<string, LogDriver> {
  const jsonFile = new JsonFileLog();
  const drivers = new Map<string, LogDriver>([[jsonFile.name, jsonFile]]);
  try {
    validateLogConfig({ LogConfig: { Type: logDriver, Config: logOptions } }, drivers, logDriver);
  } catch (cause) {
    const what = drivers.has(logDriver) ? "Failed to set log opts" : "error finding the logging driver";
    throw new DaemonError(`${what}: ${messageOf(cause)}`, { cause });
  }
  return drivers;
}

const registryOptions = ({ registry }: DaemonConfig): RegistryOptions => ({
  insecureRegistries: registry.insecure,
  mirrors: registry.mirrors,
  userAgent: `wherry/${buildInfo.version}`,
  retry: { ...defaultRetryPolicy, maxFailures: registry.maxDownloadAttempts },
});

function newNetworkService(
  { network }: DaemonConfig,
  paths: DataRoot,
  shared: { database: Database; events: EventLog },
): NetworkService {
  const driver = new BridgeDriver({
    sandboxesFolder: paths.sandboxes,
    tableName: ownNames(paths.root).table,
    firewall: network.firewall ? "auto" : "none",
    ipForward: network.forward,
  });
  const bridge = bridgeSettings(network, paths.root);
  return new NetworkService({ ...shared, driver, bridge, ephemeralPorts: ephemeralPorts(), now: rfc3339Now });
}

const newRuntime = ({ runtime }: DaemonConfig, paths: DataRoot, log: EngineOptions["logger"]): OciRuntime =>
  new OciRuntime({
    bundlesFolder: paths.bundles,
    exitsFolder: paths.exits,
    runtimeRoot: join(paths.exec, "runtime"),
    runtimes: Object.fromEntries(Object.entries(runtime.runtimes).map(([name, { path }]) => [name, path])),
    defaultRuntime: runtime.defaultRuntime,
    cgroupDriver: runtime.cgroupDriver,
    cgroupParent: runtime.cgroupParent,
    initPath: runtime.initPath,
    log,
  });

function containerDefaults(current: { readonly config: DaemonConfig }, facts: RuntimeFacts): ContainerDefaults {
  const { containers, network, runtime } = current.config;
  return {
    runtime: facts.runtime,
    runtimes: Object.keys(facts.runtimes),
    cgroupParent: runtime.cgroupParent ?? "",
    logDriver: containers.logDriver,
    logOptions: containers.logOptions,
    shmSizeBytes: containers.shmSizeBytes,
    ipcMode: "private",
    cgroupNamespaceMode: facts.cgroupVersion === 2 ? "private" : "host",
    init: containers.init,
    noNewPrivileges: containers.noNewPrivileges,
    ulimits: containers.ulimits,
    dns: network.dns,
    dnsSearch: network.dnsSearch,
    dnsOptions: network.dnsOptions,
    get liveRestore() {
      return current.config.liveRestore;
    },
  };
}

/** Looks after the firewall in intervals; returns the way to stop. One look at a time. */
function keepRepairing(networks: NetworkService, onFailure: (error: unknown) => void): () => void {
  let isBusy = false;
  const timer = setInterval(() => {
    if (isBusy) return;
    isBusy = true;
    networks
      .repair()
      .catch(onFailure)
      .finally(() => {
        isBusy = false;
      });
  }, repairMilliseconds);
  timer.unref();
  return () => clearInterval(timer);
}

function reloadAttributes(config: DaemonConfig, name: string): Record<string, string> {
  return {
    name,
    debug: String(config.debug),
    labels: JSON.stringify(config.labels),
    "live-restore": String(config.liveRestore),
    "shutdown-timeout": String(config.shutdownTimeoutSeconds),
    "insecure-registries": JSON.stringify(config.registry.insecure),
    "registry-mirrors": JSON.stringify(config.registry.mirrors),
    "max-concurrent-downloads": String(config.registry.maxConcurrentDownloads),
    "max-concurrent-uploads": String(config.registry.maxConcurrentUploads),
    "max-download-attempts": String(config.registry.maxDownloadAttempts),
  };
}
