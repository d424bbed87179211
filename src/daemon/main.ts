import { buildInfo } from "#base/diagnostics/build-info.ts";
import { Logger } from "#base/diagnostics/logger.ts";
import { FlagError } from "#formats/flags/flag-set.ts";
import { ConfigError } from "./config/config-error.ts";
import { type DaemonArguments, daemonUsage, parseDaemonFlags } from "./config/daemon-flags.ts";
import { loadConfig } from "./config/load-config.ts";
import { Daemon } from "./daemon.ts";
import { DaemonError } from "./daemon-error.ts";
import { PidFileError } from "./pid-file.ts";
import { startEngine } from "./wiring.ts";

const programName = "wherry daemon";

/**
 * The program `wherry daemon`, with the arguments behind that name. Resolves with the exit code when the daemon has ended: 0
 * after a signal, 1 when it could not start or go on, 2 for a mistake in the flags.
 */
export async function daemonMain(argv: readonly string[]): Promise<number> {
  const say = (text: string) => process.stderr.write(`${text}\n`);
  let parsed: DaemonArguments;
  try {
    parsed = parseDaemonFlags(argv, say);
  } catch (error) {
    if (!(error instanceof FlagError)) throw error;
    say(`${error.message}\nSee '${programName} --help'.`);
    return 2;
  }
  if (parsed.given.get("help") === true) {
    process.stdout.write(daemonUsage());
    return 0;
  }
  if (parsed.args.length > 0) {
    say(`"${programName}" accepts no arguments.\nSee '${programName} --help'.`);
    return 1;
  }
  try {
    const config = loadConfig(parsed.given);
    if (parsed.given.get("validate") === true) {
      say("configuration OK");
      return 0;
    }
    return await runDaemon(config, parsed);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    say(error.message);
    return 1;
  }
}

async function runDaemon(config: ReturnType<typeof loadConfig>, parsed: DaemonArguments): Promise<number> {
  const logger = new Logger({
    level: config.log.level,
    format: config.log.format,
    coloured: config.log.format === "text" && process.stderr.isTTY,
    write: (line) => process.stderr.write(line),
  });
  if (process.getuid?.() !== 0) {
    logger.fatal("the wherry daemon needs to be run as root");
    return 1;
  }
  logger.info(`Starting up`, { version: buildInfo.version, pid: process.pid });
  const daemon = new Daemon({
    config,
    logger,
    reloadConfig: () => loadConfig(parsed.given),
    environment: process.env,
    startEngine,
  });
  try {
    return await daemon.run();
  } catch (error) {
    if (error instanceof PidFileError) logger.fatal(`Error starting daemon: ${error.message}`);
    else if (error instanceof DaemonError) logger.fatal(error.message);
    else throw error;
    return 1;
  }
}
