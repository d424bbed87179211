import { expect, test } from "bun:test";
import { FlagError } from "./flag-set.ts";
import { flagUsages, modernWording, parseFlags } from "./parse-flags.ts";

const table = {
  filter: { type: "list", short: "f", help: "Keep what matches", as: "filter" },
  quiet: { type: "boolean", short: "q", help: "Print ids only" },
  last: { type: "integer", short: "n", help: "Show the newest", initial: -1 },
  cpus: { type: "decimal", help: "Number of CPUs" },
  time: { type: "integer", help: "Seconds", deprecated: "use --timeout instead" },
} as const;

const parse = (argv: string[], output: string[] = []) =>
  parseFlags(table, argv, { interspersed: true, output: (line) => output.push(line) });

test("values have their types, defaults and what was given", () => {
  const { values, args, given } = parse(["a", "-qf", "x=1", "--filter=y=2", "--cpus", "1.5", "b"]);
  expect(values).toEqual({ filter: ["x=1", "y=2"], quiet: true, last: -1, cpus: 1.5e9, time: undefined });
  expect(args).toEqual(["a", "b"]);
  expect([...given].sort()).toEqual(["cpus", "filter", "quiet"]);
});

test("a deprecated flag works and says what to use", () => {
  const output: string[] = [];
  expect(parse(["--time", "3"], output).values.time).toBe(3);
  expect(output).toEqual(["Flag --time has been deprecated, use --timeout instead"]);
});

test.each([
  [["--bad"], "unknown flag: --bad"],
  [["-qx"], "unknown shorthand flag: 'x' in -qx"],
  [["--filter"], "flag needs an argument: --filter"],
  [["-f"], "flag needs an argument: 'f' in -f"],
  [["-n", "x"], 'invalid argument "x" for "-n, --last" flag: strconv.ParseInt: parsing "x": invalid syntax'],
])("%j is refused in docker 28's words", (argv, message) => {
  const attempt = () => {
    try {
      parse(argv);
    } catch (error) {
      if (error instanceof FlagError) throw new Error(modernWording(error), { cause: error });
      throw error;
    }
  };
  expect(attempt).toThrow(message);
});

test("the usage has two columns, sorted, without deprecated flags", () => {
  expect(flagUsages(table)).toEqual([
    "      --cpus decimal    Number of CPUs",
    "  -f, --filter filter   Keep what matches",
    "  -n, --last int        Show the newest (default -1)",
    "  -q, --quiet           Print ids only",
  ]);
});
