import { homedir } from "node:os";
import { join } from "node:path";
import { buildInfo } from "#base/diagnostics/build-info.ts";
import type { Logger } from "#base/diagnostics/logger.ts";
import { messageOf } from "#base/errors/engine-error.ts";
import { sendDatagram } from "#platform/linux/notify.ts";
import { ApiServer } from "#server/api-server.ts";
import { type ListenAddress, parseListenAddress } from "#server/listen-address.ts";
import { type Listener, listen } from "#server/listeners.ts";
import type { DataRoot } from "#state/data-root.ts";
import type { DaemonConfig } from "./config/daemon-config.ts";
import { DaemonError } from "./daemon-error.ts";
import { lockDataRoot } from "./data-root-lock.ts";
import type { Engine, EngineOptions } from "./engine.ts";
import { inheritedSockets } from "./inherited-sockets.ts";
import { logBugs } from "./log-bugs.ts";
import { claimPidFile } from "./pid-file.ts";
import { trapSignals } from "./signals.ts";
import { dumpState } from "./state-dump.ts";
import { loadTlsMaterial } from "./tls-material.ts";
import { loadTrustKey, migrateTrustKey } from "./trust-key.ts";

export interface DaemonOptions {
  readonly config: DaemonConfig;
  readonly logger: Logger;
  /** Reads the configuration anew, for SIGHUP. Throws ConfigError. */
  readonly reloadConfig: () => DaemonConfig;
  readonly environment: Record<string, string | undefined>;
  readonly startEngine: (paths: DataRoot, options: EngineOptions) => Promise<Engine>;
}

const dockerSocketPath = "/var/run/docker.sock";
const defaultGroup = "docker";

/**
 * The life of the daemon's process, in the order of the founding article: pid file, TLS, API server with its listeners
 * (which hold requests), trust key, engine, the two log lines, signals, answering, READY; then waiting for a signal or a
 * failed listener, and the way back. Resolves with the exit code; throws DaemonError when it could not start.
 */
export class Daemon {
  readonly #options: DaemonOptions;
  readonly #logger: Logger;
  #config: DaemonConfig;
  /** Settles when the daemon is to end: with an error when a listener has failed. */
  readonly #ended = Promise.withResolvers<DaemonError | undefined>();
  #engine: Engine | undefined;

  constructor(options: DaemonOptions) {
    this.#options = options;
    this.#logger = options.logger;
    this.#config = options.config;
  }

  async run(): Promise<number> {
    const { environment } = this.#options;
    // Whatever the caller's mask: files are ours to share or not.
    process.umask(0o022);
    await using stack = new AsyncDisposableStack();
    const pidFile = claimPidFile(this.#config.pidFile, process.pid);
    stack.defer(() => pidFile.release());
    const root = stack.use(lockDataRoot(this.#config.dataRoot, this.#config.execRoot));
    const notify = notifier(environment, this.#logger);
    const api = this.#apiServer();
    stack.defer(logBugs(this.#logger));
    stack.defer(
      trapSignals(this.#logger, {
        stop: () => this.#ended.resolve(undefined),
        reload: () => this.#reload(),
        dump: () => dumpState(this.#logger, { requests: api.openRequests(), locks: this.#engine?.heldLocks() ?? [] }),
      }),
    );
    const listeners = await this.#listen(api);
    stack.defer(() => closeAll(listeners));
    await this.#startEngine(root.paths, api);
    notify(`READY=1\nSTATUS=wherry ${buildInfo.version}\nMAINPID=${process.pid}`);
    const failure = await this.#ended.promise;
    notify("STOPPING=1");
    await this.#shutDown(api, listeners);
    if (failure) throw failure;
    return 0;
  }

  #apiServer(): ApiServer {
    return new ApiServer({
      logger: this.#logger,
      productVersion: buildInfo.version,
      corsOrigin: this.#config.corsOrigin,
    });
  }

  /** Opens a listener for every host, in their order. */
  async #listen(api: ApiServer): Promise<Listener[]> {
    const { hosts, dockerSocket, group, tls: tlsConfig, execRoot } = this.#config;
    const tls = tlsConfig && loadTlsMaterial(tlsConfig);
    const defaultSocket = join(execRoot, "wherry.sock");
    const wanted = hosts.length === 0 ? [""] : hosts;
    const addresses = wanted.map((host) => parseListenAddress(host, { defaultSocket, tls: tls !== undefined }));
    if (dockerSocket) addresses.push({ kind: "unix", path: dockerSocketPath });
    const inherited = inheritedSockets(this.#options.environment, process.pid);
    const listeners: Listener[] = [];
    try {
      for (const address of addresses) {
        this.#warnOfOpenPort(address, tlsConfig?.verify ?? false);
        const opened = await listen(address, {
          group,
          isDefaultGroup: group === defaultGroup,
          tls,
          inherited,
          onConnection: (socket) => api.accept(socket),
          onFailure: (error) => this.#ended.resolve(serveFailure(error)),
        });
        listeners.push(...opened);
        for (const { description } of opened) this.#logger.info(`Listening for HTTP on ${description}`);
      }
      return listeners;
    } catch (error) {
      await closeAll(listeners);
      throw serveFailure(error);
    }
  }

  #warnOfOpenPort(address: ListenAddress, isVerified: boolean): void {
    if (address.kind !== "tcp" || isVerified) return;
    this.#logger.warn(
      `/!\\ DON'T BIND ON ANY IP ADDRESS WITHOUT setting --tlsverify IF YOU DON'T KNOW WHAT YOU'RE DOING /!\\`,
      { host: `${address.host}:${address.port}` },
    );
  }

  async #startEngine(paths: DataRoot, api: ApiServer): Promise<void> {
    const { environment, startEngine } = this.#options;
    const clientFolder =
      environment["WHERRY_CONFIG"] ?? environment["DOCKER_CONFIG"] ?? join(environment["HOME"] ?? homedir(), ".docker");
    try {
      migrateTrustKey(join(clientFolder, "key.json"), paths.trustKey, this.#logger);
      const { id } = loadTrustKey(paths.trustKey);
      const engine = await startEngine(paths, { config: this.#config, logger: this.#logger, id });
      this.#engine = engine;
      this.#logger.info("Loading containers: done.", { running: engine.restored });
      this.#logger.info("Daemon has completed initialization");
      this.#logger.info("wherry daemon", {
        version: buildInfo.version,
        commit: buildInfo.commit,
        execdriver: engine.runtime,
        graphdriver: engine.storageDriver,
      });
      api.serve(engine.answers);
    } catch (cause) {
      // Anything but an expected failure is a bug of ours, whose place helps.
      if (!(cause instanceof DaemonError)) this.#logger.debug(`start failed: ${(cause as Error).stack}`);
      throw new DaemonError(`Error starting daemon: ${messageOf(cause)}`, { cause });
    }
  }

  /** Takes over what may change while running. A configuration that cannot be used changes nothing. */
  #reload(): void {
    let config: DaemonConfig;
    try {
      config = this.#options.reloadConfig();
    } catch (error) {
      this.#logger.error(`Error reconfiguring the daemon: ${messageOf(error)}`);
      return;
    }
    this.#config = {
      ...this.#config,
      debug: config.debug,
      log: { ...this.#config.log, level: config.log.level },
      labels: config.labels,
      liveRestore: config.liveRestore,
      registry: config.registry,
      shutdownTimeoutSeconds: config.shutdownTimeoutSeconds,
    };
    this.#logger.setLevel(this.#config.log.level);
    this.#engine?.reload(this.#config);
    this.#logger.info("Reloaded configuration", {
      labels: config.labels.join(","),
      "live-restore": config.liveRestore,
    });
  }

  /** No new requests; containers end or live on; then what is left of the requests is cut off. */
  async #shutDown(api: ApiServer, listeners: Listener[]): Promise<void> {
    const { shutdownTimeoutSeconds: limitSeconds } = this.#config;
    await closeAll(listeners);
    const stopped = this.#engine?.stop({ limitSeconds }) ?? Promise.resolve();
    const outcome = await Promise.race([stopped.then(() => "stopped" as const), timeout(limitSeconds)]);
    if (outcome === "stopped") this.#logger.debug("Clean shutdown succeeded");
    else this.#logger.error("Force shutdown daemon");
    await api.close(outcome === "stopped" ? 1 : 0);
  }
}

const serveFailure = (cause: unknown): DaemonError =>
  cause instanceof DaemonError
    ? cause
    : new DaemonError(`Shutting down due to ServeAPI error: ${messageOf(cause)}`, { cause });

async function closeAll(listeners: Listener[]): Promise<void> {
  for (const listener of listeners.splice(0)) await listener.close();
}

function timeout(seconds: number): Promise<"late"> {
  return new Promise((resolve) => {
    if (seconds !== Number.POSITIVE_INFINITY) setTimeout(resolve, seconds * 1000, "late" as const);
  });
}

/** Tells systemd of our state, when it asked for that. The variable is not for our children. */
function notifier(environment: Record<string, string | undefined>, logger: Logger): (state: string) => void {
  const path = environment["NOTIFY_SOCKET"];
  delete environment["NOTIFY_SOCKET"];
  return (state) => {
    if (!path) return;
    try {
      sendDatagram(path, state);
    } catch (error) {
      logger.warn(`could not notify ${path}: ${messageOf(error)}`);
    }
  };
}
