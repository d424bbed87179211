import type { Client } from "#client/client.ts";
import type { FlagTable, FlagValues } from "#formats/flags/parse-flags.ts";
import type { ConfigFile } from "./config/config-file.ts";
import type { Out } from "./output/out.ts";

/** What a command may use: no sockets, no process.exit, no console. */
export interface CommandInput<T extends FlagTable> {
  readonly args: readonly string[];
  readonly flags: FlagValues<T>;
  /** Long names of the flags that the user gave. */
  readonly given: ReadonlySet<string>;
  readonly client: Client;
  readonly out: Out;
  readonly config: ConfigFile;
  /** The name we were called by: wherry or docker. */
  readonly program: string;
}

export interface Command<T extends FlagTable = FlagTable> {
  /** "container stop": the noun first. */
  readonly path: string;
  /** Other spellings, "stop" for example. */
  readonly aliases?: readonly string[];
  readonly summary: string;
  /** The arguments as the usage shows them: "CONTAINER [CONTAINER...]". */
  readonly args: string;
  readonly least: number;
  /** Undefined for any number. */
  readonly most?: number;
  /** Flags end at the first argument, because what follows is another program's command line. */
  readonly stopsAtArgument?: boolean;
  readonly flags: T;
  /** The exit code; undefined is 0. */
  readonly run: (input: CommandInput<T>) => Promise<number | undefined>;
}

/** One command: parsing, help and the command line reference all come from this value. */
export const command = <const T extends FlagTable>(definition: Command<T>): Command<T> => definition;

/** Ends the command with a code and, when there is one, a message on stderr. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly exitCode: number;
  constructor(exitCode: number, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** A flag whose value is wrong, told with the command's usage as other mistakes in flags are. */
export class FlagValueError extends Error {
  override readonly name = "FlagValueError";
  /** `flags` as docker names the flag: "-e, --env". */
  constructor(text: string, flags: string, why: string) {
    super(`invalid argument ${JSON.stringify(text)} for "${flags}" flag: ${why}`);
  }
}

/** What should be an image is no name of one. */
export class InvalidImageName extends CommandError {
  constructor(message: string) {
    super(125, message);
  }
}
