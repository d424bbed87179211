import { reexecPrefix } from "./prefix.ts";

/** Each child is loaded only where it runs. It takes its one argument and returns the exit code. */
const children = new Map<string, () => Promise<(argument: string) => Promise<number>>>([
  ["pack", async () => (await import("./pack/pack-child.ts")).packChild],
  ["unpack", async () => (await import("./unpack/unpack-child.ts")).unpackChild],
]);

/**
 * To be called first in the program with the arguments behind its own name. Undefined: this is no child, go on. Else the
 * child's work has begun and the promise tells the code for `process.exit`, which must follow at once: a child that has
 * failed may still have its input open.
 */
export function reexecMain(args: readonly string[]): Promise<number> | undefined {
  const [name, argument = ""] = args;
  if (!name?.startsWith(reexecPrefix)) return undefined;
  const child = children.get(name.slice(reexecPrefix.length));
  if (!child) throw new Error(`no such child: ${name}`);
  return child().then((run) => run(argument));
}

/** The command that starts our own program again: the executable of this very process, with its script while developing. */
export function ownCommand(): readonly string[] {
  const script = process.argv[1];
  // A link that the kernel follows to the running file, also when an upgrade has replaced it on disk.
  const executable = "/proc/self/exe";
  return script === undefined || script.startsWith("/$bunfs/") ? [executable] : [executable, script];
}
