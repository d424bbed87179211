import process from "node:process";
import { daemonMain } from "#daemon/main.ts";
import { reexecMain } from "#reexec/dispatch.ts";

// The daemon as a program of its own, without the client: `run-daemon.ts [OPTIONS]`.
const child = reexecMain(process.argv.slice(2));
process.exit(await (child ?? daemonMain(process.argv.slice(2))));
