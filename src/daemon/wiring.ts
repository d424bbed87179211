import { chmodSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { buildInfo } from "#base/diagnostics/build-info.ts";
import { BridgeDriver } from "#drivers/network/bridge/bridge.ts";
import { OciRuntime } from "#drivers/runtime/oci/oci-runtime.ts";
import { EventLog } from "#engine/events/event-log.ts";
import { ImageService } from "#engine/image/image-service.ts";
import { NetworkService } from "#engine/network/network-service.ts";
import { System } from "#engine/system/system.ts";
import type { SystemSettings } from "#engine/system/system-service.ts";
import { VolumeService } from "#engine/volume/volume-service.ts";
import { normalizePlatform } from "#formats/manifest/platform.ts";
import { UnpackClient } from "#reexec/unpack-client.ts";
import { RegistryError, type RegistryService } from "#registry/registry-service.ts";
import { imageRouter } from "#server/router/image.ts";
import { systemRouter } from "#server/router/system.ts";
import { ContentStore } from "#state/content-store.ts";
import type { DataRoot } from "#state/data-root.ts";
import { Database } from "#state/database.ts";
import type { DaemonConfig } from "./config/daemon-config.ts";
import type { Engine, EngineOptions } from "./engine.ts";
import { countOpenFiles, readHostFacts } from "./host-facts.ts";
import { bridgeSettings, ephemeralPorts, ownNames } from "./wiring/network.ts";
import { openStorage } from "./wiring/storage.ts";

const logDriverNames = ["json-file"];

/**
 * Builds the engine, from the disk up, in the order of the founding article: data root, storage driver, volumes, images, network
 * controller, runtime, containers of before. The one place that knows which implementation stands behind a contract.
 */
export async function startEngine(paths: DataRoot, options: EngineOptions): Promise<Engine> {
  const { logger } = options;
  let { config } = options;
  makeFolders(paths);
  await using undo = new AsyncDisposableStack();
  const storage = openStorage(config.storageDriver, paths, logger);
  undo.defer(() => storage.close());
  const database = new Database(paths.database);
  undo.defer(() => database.close());
  const events = new EventLog();
  const now = () => new Date().toISOString();
  const volumes = new VolumeService({ database, dataRoot: paths, events, now });
  await volumes.open();
  const host = readHostFacts(process.env);
  const platform = normalizePlatform({ os: "linux", architecture: process.arch, variant: "" });
  const images = new ImageService({
    database,
    events,
    logger,
    storage,
    content: new ContentStore(paths.blobs),
    unpacker: new UnpackClient(),
    registry: noRegistry,
    platform,
    users: () => [],
    layersInUse: () => [],
    maxConcurrentDownloads: config.registry.maxConcurrentDownloads,
  });
  await images.open();
  const names = ownNames(paths.root);
  const networks = new NetworkService({
    database,
    events,
    now,
    driver: new BridgeDriver({
      sandboxesFolder: paths.sandboxes,
      tableName: names.table,
      firewall: config.network.firewall ? "auto" : "none",
      ipForward: config.network.forward,
    }),
    bridge: bridgeSettings(config.network, paths.root),
    ephemeralPorts: ephemeralPorts(),
  });
  const networkFacts = await networks.open();
  const runtime = new OciRuntime({
    bundlesFolder: paths.bundles,
    exitsFolder: paths.exits,
    runtimeRoot: join(paths.exec, "runtime"),
    runtimes: Object.fromEntries(Object.entries(config.runtime.runtimes).map(([name, { path }]) => [name, path])),
    defaultRuntime: config.runtime.defaultRuntime,
    cgroupDriver: config.runtime.cgroupDriver,
    cgroupParent: config.runtime.cgroupParent,
    initPath: config.runtime.initPath,
    log: logger,
  });
  const runtimeFacts = await runtime.open();
  undo.defer(() => runtime.close());
  const settings = (): SystemSettings => ({
    debug: config.debug,
    labels: config.labels,
    liveRestore: config.liveRestore,
    defaultRuntime: runtimeFacts.runtime,
    registry: config.registry,
  });
  const system = new System({
    id: options.id,
    build: buildInfo,
    dataRoot: paths.root,
    architecture: platform.architecture,
    host,
    settings,
    storage,
    runtime: runtimeFacts,
    network: networkFacts,
    networkDrivers: ["bridge", "host", "null"],
    logDriver: config.containers.logDriver,
    logDrivers: logDriverNames,
    initBinary: config.runtime.initPath ?? "docker-init",
    countContainers: () => ({ running: 0, paused: 0, stopped: 0 }),
    countImages: () => images.count,
    countEventListeners: () => events.listenerCount,
    countOpenFiles,
    authenticate: (credentials, signal) => images.authenticate(credentials, signal),
  });
  const opened = undo.move();
  return {
    answers: [...systemRouter(system, events), ...imageRouter(images)],
    storageDriver: storage.name,
    runtime: runtimeFacts.runtime,
    restored: 0,
    reload: (next) => {
      config = next;
      events.publish({
        type: "daemon",
        action: "reload",
        id: options.id,
        attributes: reloadAttributes(next, host.name),
      });
    },
    heldLocks: () => [],
    stop: async ({ keepContainers }) => {
      await networks.close({ keepRules: keepContainers });
      await opened.disposeAsync();
    },
  };
}

/** Bundles and sockets of containers must be reachable for nobody but root; `tmp` is cleared of what a crash left. */
function makeFolders(paths: DataRoot): void {
  rmSync(paths.temporary, { recursive: true, force: true });
  for (const path of [paths.temporary, paths.containers, paths.bundles, paths.exits, paths.sandboxes]) {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    chmodSync(path, 0o700);
  }
  // Children and libraries put their temporary files where there is room for them.
  process.env["TMPDIR"] = paths.temporary;
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

const noRegistry: RegistryService = {
  open: () => {
    throw new RegistryError("other", "no registry");
  },
  checkLogin: () => Promise.reject(new RegistryError("other", "no registry")),
};
