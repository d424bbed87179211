import process from "node:process";
import type { FlagTable } from "#formats/flags/parse-flags.ts";
import { environment } from "./config/environment.ts";

// node:os is loaded only for someone without HOME: every module costs start-up time.
const homeFolder = () => process.env["HOME"] || process.getBuiltinModule("node:os").homedir();

export const defaultConfigFolder = (): string => environment("CONFIG") ?? `${homeFolder()}/.docker`;

/** Flags that stand before the command. */
export const globalFlags = {
  config: { type: "string", help: "Folder of the client's configuration" },
  context: { type: "string", short: "c", help: 'Only "default" is known: choose the daemon with -H or WHERRY_HOST' },
  debug: { type: "boolean", short: "D", help: "Tell more when something goes wrong" },
  host: { type: "list", short: "H", help: "Daemon to talk to" },
  "log-level": {
    type: "string",
    short: "l",
    help: 'Least level of what is logged ("debug", "info", "warn", "error", "fatal")',
    initial: "info",
  },
  tls: { type: "boolean", help: "Use TLS, whoever the daemon is; implied by --tlsverify" },
  tlscacert: { type: "string", help: "Trust daemons whose certificate this authority signed" },
  tlscert: { type: "string", help: "Our own TLS certificate" },
  tlskey: { type: "string", help: "Key of our own TLS certificate" },
  tlsverify: { type: "boolean", help: "Use TLS and verify the daemon" },
  version: { type: "boolean", short: "v", help: "Print the version and end" },
  help: { type: "boolean", short: "h", help: "Print this text", hidden: true },
} as const satisfies FlagTable;
