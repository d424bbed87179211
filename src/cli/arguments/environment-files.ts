import { readFileSync } from "node:fs";
import { CommandError, FlagValueError } from "../command.ts";

/** Lines of `--env-file` and `--label-file`: comments and empty lines dropped, leading blanks too. */
function linesOf(path: string): string[] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const why =
      (error as NodeJS.ErrnoException).code === "ENOENT" ? "no such file or directory" : (error as Error).message;
    throw new CommandError(125, `open ${path}: ${why}`);
  }
  return text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .map((line) => line.trimStart())
    .filter((line) => line !== "" && !line.startsWith("#"));
}

/** Files first, flags over them. A name without value takes the value of our own environment, or is left out. */
export function readEnvironment(files: readonly string[], flags: readonly string[]): string[] {
  const fromFiles = files.flatMap((path) =>
    linesOf(path).map((line) => {
      const name = line.split("=", 1)[0]!;
      if (name === "") throw new CommandError(125, `invalid env file (${path}): no variable name on line '${line}'`);
      if (/\s/.test(name))
        throw new CommandError(125, `invalid env file (${path}): variable '${name}' contains whitespaces`);
      return line;
    }),
  );
  return [...fromFiles, ...flags].flatMap((entry) => {
    if (entry.startsWith("=") || entry === "")
      throw new FlagValueError(entry, "-e, --env", `invalid environment variable: ${entry}`);
    if (entry.includes("=")) return [entry];
    const value = process.env[entry];
    return value === undefined ? [] : [`${entry}=${value}`];
  });
}

/** `key=value` pairs; a key alone has an empty value as a flag, and says nothing in a file, as with docker. */
export function readLabels(files: readonly string[], flags: readonly string[]): Record<string, string> {
  const fromFiles = files.flatMap(linesOf).filter((line) => line.includes("="));
  const entries = [...fromFiles, ...flags].map((entry) => {
    const [key, ...value] = entry.split("=");
    return [key!, value.join("=")] as const;
  });
  return Object.fromEntries(entries);
}
