import { messageOf } from "#base/errors/engine-error.ts";
import { ConfigError } from "./config-error.ts";
import { type FileValues, readConfigFile } from "./config-file.ts";
import { type DaemonConfig, daemonConfig } from "./daemon-config.ts";
import { daemonOptions } from "./daemon-options.ts";
import { type FlagValues, mergeValues } from "./option-values.ts";

/** The configuration from the flags and from the file that they, or the default, name. Throws ConfigError. */
export function loadConfig(flags: FlagValues): DaemonConfig {
  const named = flags.get("config-file") as string | undefined;
  const path = named ?? daemonOptions.find(({ flag }) => flag === "config-file")!.default!;
  let file: FileValues;
  try {
    file = readConfigFile(path, { mustExist: named !== undefined });
  } catch (cause) {
    throw aboutFile(path, messageOf(cause), cause);
  }
  try {
    return daemonConfig(mergeValues(flags, file));
  } catch (cause) {
    // Without a file it can only be a flag's fault.
    if (file.size === 0 || !(cause instanceof ConfigError)) throw cause;
    throw aboutFile(path, cause.message, cause);
  }
}

const aboutFile = (path: string, reason: string, cause: unknown): ConfigError =>
  new ConfigError(`unable to configure the daemon with file ${path}: ${reason}`, { cause });
