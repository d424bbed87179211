import { buildInfo } from "#base/diagnostics/build-info.ts";
import { FlagError } from "#formats/flags/flag-set.ts";
import { type FlagTable, modernWording, type ParsedFlags, parseFlags } from "#formats/flags/parse-flags.ts";
import { type Command, FlagValueError } from "./command.ts";
import { type CommandEntry, commands } from "./commands/index.ts";
import { exitCodeOf, failureText } from "./exit-code.ts";
import { defaultConfigFolder, globalFlags } from "./global-flags.ts";
import { type Out, processOut } from "./output/out.ts";

/** What the command line cannot know of itself: how it was called, and the daemon, which is not its layer. */
export interface Surroundings {
  readonly program: string;
  readonly daemon: (argv: readonly string[]) => Promise<number>;
  readonly daemonFlags: () => Promise<FlagTable>;
  /** Our own stdout and stderr when not given. */
  readonly out?: Out;
}

const logLevels = new Set(["debug", "info", "warn", "warning", "error", "fatal", "panic", "trace"]);

type Globals = ParsedFlags<typeof globalFlags>;

/** The command line: global flags, then the command. Resolves with the exit code. */
export async function cliMain(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  const { program, out = processOut() } = surroundings;
  let globals: Globals;
  try {
    globals = parseFlags(globalFlags, argv, { interspersed: false, unquote: true, output: out.error });
  } catch (error) {
    if (!(error instanceof FlagError)) throw error;
    return badGlobalFlag(error, argv, surroundings, out);
  }
  if (globals.values.version) {
    out.onlyLine(
      `${program === "docker" ? "Docker" : program} version ${buildInfo.version}, build ${buildInfo.commit}`,
    );
    return 0;
  }
  const { "log-level": logLevel = "info" } = globals.values;
  if (!logLevels.has(logLevel)) {
    out.error(`Unable to parse logging level: ${logLevel}`);
    return 1;
  }
  const [word] = globals.args;
  if (globals.values.help && word === undefined) return printProgramHelp(out.write, program);
  if (word === "daemon") return runDaemon(globals, surroundings, out);
  if (word === undefined) return printProgramHelp(out.writeError, program);
  if (word === "help") return runHelp(globals.args.slice(1), surroundings, out);
  return runCommand(globals, program, out);
}

/** A flag that only the daemon knows, or the deprecated `-d`; otherwise it is unknown. */
async function badGlobalFlag(
  error: FlagError,
  argv: readonly string[],
  surroundings: Surroundings,
  out: Out,
): Promise<number> {
  const { program, daemon, daemonFlags } = surroundings;
  const table = await daemonFlags();
  const asDaemon = argv.findIndex((argument) => argument === "-d" || argument === "--daemon");
  if (asDaemon !== -1) {
    if (argv.includes("--help") || argv.includes("-h")) {
      out.error(`Please use '${program} daemon --help' instead.`);
      return 0;
    }
    out.error(`Warning: '-d' is deprecated, it will be removed soon. See usage.`);
    return daemon(argv.filter((_, index) => index !== asDaemon));
  }
  const { mistake } = error;
  if (mistake.kind === "unknown") {
    const known = Object.entries(table).find(
      ([name, spec]) =>
        name === mistake.name || spec.short === mistake.name || spec.alsoKnownAs?.includes(mistake.name),
    );
    const whole = mistake.argument.replace(/^--?/, "").replace(/=.*/, "");
    const long = table[whole] ?? Object.values(table).find((spec) => spec.alsoKnownAs?.includes(whole));
    if (known || long) {
      const first = long ? (long.short ?? whole) : (known![1].short ?? known![0]);
      out.error(
        `${program}: the daemon flag '${first.length === 1 ? "-" : "--"}${first}' must follow the '${program} daemon' command.`,
      );
      return 1;
    }
  }
  out.error(
    `${modernWording(error)}\n\nUsage:  ${program} [OPTIONS] COMMAND [ARG...]\n\nRun '${program} --help' for more information`,
  );
  return 125;
}

/** Flags before `daemon` would be lost on it: they are refused, as the founding article's program does. */
async function runDaemon(globals: Globals, { program, daemon }: Surroundings, out: Out): Promise<number> {
  const [given] = globals.given;
  if (given !== undefined && given !== "help") {
    const short = (globalFlags as FlagTable)[given]?.short;
    out.error(`invalid flag '${short ? `-${short}` : `--${given}`}'.\nSee '${program} daemon --help'.`);
    return 1;
  }
  return daemon([...globals.args.slice(1), ...(given === "help" ? ["--help"] : [])]);
}

async function printProgramHelp(write: (text: string) => void, program: string): Promise<number> {
  const { programHelp } = await import("./help.ts");
  write(programHelp(await summaries(), program));
  return 0;
}

const summaries = () => Promise.all(commands.map(async (entry) => ({ entry, summary: (await entry.load()).summary })));

async function runHelp(words: readonly string[], surroundings: Surroundings, out: Out): Promise<number> {
  const { program, daemon } = surroundings;
  if (words.length === 0) return printProgramHelp(out.write, program);
  if (words[0] === "daemon") return daemon(["--help"]);
  const found = findCommand(words);
  const { commandHelp, groupHelp } = await import("./help.ts");
  if (found) out.write(commandHelp(await found.entry.load(), `${program} ${found.name}`, program));
  else if (isGroup(words[0]!)) out.write(groupHelp(words[0]!, await summaries(), program));
  else {
    out.error(`unknown help topic: ${words.join(" ")}`);
    return 1;
  }
  return 0;
}

interface Found {
  readonly entry: CommandEntry;
  /** The spelling that was used. */
  readonly name: string;
  readonly rest: readonly string[];
}

/** The entry whose path or alias the words begin with, longest first. */
function findCommand(words: readonly string[]): Found | undefined {
  for (const length of [2, 1]) {
    const name = words.slice(0, length).join(" ");
    const entry =
      words.length >= length && commands.find(({ path, aliases }) => path === name || aliases.includes(name));
    if (entry) return { entry, name, rest: words.slice(length) };
  }
  return undefined;
}

const isGroup = (word: string) => commands.some(({ path }) => path.startsWith(`${word} `));

async function runCommand(globals: Globals, program: string, out: Out): Promise<number> {
  const found = findCommand(globals.args);
  if (!found) return unknownCommand(globals, program, out);
  const definition = await found.entry.load();
  if (globals.values.help) {
    const { commandHelp } = await import("./help.ts");
    out.write(commandHelp(definition, `${program} ${found.name}`, program));
    return 0;
  }
  const parsed = await parseCommand(definition, found, program, out);
  if (typeof parsed === "number") return parsed;
  const [{ ConfigFile }, { connectClient }] = await Promise.all([
    import("./config/config-file.ts"),
    import("./connect-client.ts"),
  ]);
  const config = new ConfigFile(globals.values.config ?? defaultConfigFolder());
  if (config.problem) out.error(`WARNING: ${config.problem}`);
  try {
    const client = connectClient(globals.values, config);
    const input = { args: parsed.args, flags: parsed.values, given: parsed.given, client, out, config, program };
    return (await definition.run(input)) ?? 0;
  } catch (error) {
    if (error instanceof FlagValueError) return flagMistake(error.message, definition, `${program} ${found.name}`, out);
    const text = failureText(error);
    if (text === undefined) throw error;
    if (text !== "") out.error(text);
    return exitCodeOf(error);
  }
}

async function unknownCommand({ args: [word, next] }: Globals, program: string, out: Out): Promise<number> {
  if (!isGroup(word!)) {
    out.error(`${program}: unknown command: ${program} ${word}\n\nRun '${program} --help' for more information`);
    return 1;
  }
  const { groupHelp } = await import("./help.ts");
  if (next === undefined || next === "--help") {
    (next ? out.write : out.writeError)(groupHelp(word!, await summaries(), program));
    return 0;
  }
  out.error(
    `${program}: unknown command: ${program} ${word} ${next}\n\nUsage:  ${program} ${word}\n\nRun '${program} ${word} --help' for more information`,
  );
  return 1;
}

/** The parsed arguments, or the exit code when a mistake or `--help` ends it here. */
async function parseCommand(
  definition: Command,
  { name, rest }: Found,
  program: string,
  out: Out,
): Promise<ParsedFlags<FlagTable> | number> {
  const spelled = `${program} ${name}`;
  const takesH = Object.values(definition.flags).some(({ short }) => short === "h");
  const help = { type: "boolean", help: "", hidden: true, ...(takesH ? {} : { short: "h" }) } as const;
  const table: FlagTable = { ...definition.flags, help };
  let parsed: ParsedFlags<FlagTable>;
  try {
    parsed = parseFlags(table, rest, { interspersed: !definition.stopsAtArgument, output: (line) => out.line(line) });
  } catch (error) {
    if (!(error instanceof FlagError)) throw error;
    return flagMistake(modernWording(error), definition, spelled, out);
  }
  if (parsed.given.has("help")) {
    const { commandHelp } = await import("./help.ts");
    out.write(commandHelp(definition, spelled, program));
    return 0;
  }
  const complaint = countComplaint(definition, parsed.args.length);
  if (complaint === undefined) return parsed;
  const { usageHint } = await import("./help.ts");
  const see = definition.most === undefined ? "See" : "Run";
  out.error(`${program}: '${spelled}' ${complaint}\n${usageHint(definition, spelled, see)}`);
  return 1;
}

async function flagMistake(message: string, definition: Command, spelled: string, out: Out): Promise<number> {
  const { usageHint } = await import("./help.ts");
  out.error(`${message}\n${usageHint(definition, spelled)}`);
  return 125;
}

const counted = (count: number) => `${count} argument${count === 1 ? "" : "s"}`;

function countComplaint({ least, most }: Command, count: number): string | undefined {
  if (count >= least && (most === undefined || count <= most)) return undefined;
  if (most === 0) return "accepts no arguments";
  if (least === most) return `requires ${counted(least)}`;
  if (most === undefined) return `requires at least ${counted(least)}`;
  if (least === 0) return `requires at most ${counted(most)}`;
  return `requires at least ${least} and at most ${counted(most)}`;
}
