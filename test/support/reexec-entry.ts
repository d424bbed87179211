// Stands for the executable in tests of one-shot children: `bun reexec-entry.ts wherry-reexec:NAME ARGUMENT`.
import { reexecMain } from "#reexec/dispatch.ts";

const child = reexecMain(process.argv.slice(2));
if (!child) throw new Error("not called as a child");
process.exit(await child);
