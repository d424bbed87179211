import process from "node:process";
import { reexecPrefix } from "#reexec/prefix.ts";

// Three programs in one: a one-shot child of the daemon, the daemon, the command line. Each loads only what it needs.
const args = process.argv.slice(2);
const calledAs = process.argv0.slice(process.argv0.lastIndexOf("/") + 1);

async function main(): Promise<number> {
  if (args[0]?.startsWith(reexecPrefix)) {
    const { reexecMain } = await import("#reexec/dispatch.ts");
    return reexecMain(args)!;
  }
  if (calledAs === "wherryd") return daemon(args);
  const { cliMain } = await import("#cli/main.ts");
  return cliMain(args, {
    program: calledAs === "docker" ? "docker" : "wherry",
    daemon,
    daemonFlags: async () => (await import("#daemon/config/daemon-flags.ts")).daemonFlagTable,
  });
}

async function daemon(argv: readonly string[]): Promise<number> {
  const { daemonMain } = await import("#daemon/main.ts");
  return daemonMain(argv);
}

process.exit(await main());
