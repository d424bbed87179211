import { describe, expect, test } from "bun:test";
import { type ErrorHandling, FlagSet } from "./flag-set.ts";
import { TypedValue } from "./flag-value.ts";

function setOf(handling: ErrorHandling = "continue", name = "") {
  const output: string[] = [];
  const set = new FlagSet(name, handling, {
    output: (line) => output.push(line),
    exit: (code) => {
      throw new Error(`exit ${code}`);
    },
  });
  const values = {
    verbose: new TypedValue("boolean", false),
    interactive: new TypedValue("boolean", false),
    name: new TypedValue("string"),
    publish: new TypedValue("list"),
    time: new TypedValue("integer", 10),
  };
  set.add({ names: ["v", "verbose"], usage: "", value: values.verbose, defaultText: "false" });
  set.add({ names: ["i", "interactive"], usage: "", value: values.interactive, defaultText: "false" });
  set.add({ names: ["name"], usage: "", value: values.name, defaultText: "" });
  set.add({ names: ["p", "publish"], usage: "", value: values.publish, defaultText: "" });
  set.add({ names: ["t", "#timeout", "time"], usage: "", value: values.time, defaultText: "10" });
  const parse = (...argv: string[]) => set.parse(argv, { interspersed: false, unquote: true });
  return { set, values, output, parse };
}

test.each([[["-name", "x"]], [["--name", "x"]], [["-name=x"]], [["--name=x"]], [['-name="x"']], [["--name='x'"]]])(
  "%j gives the long flag its value, with one dash or two",
  (argv) => {
    const { values, parse } = setOf();
    expect(parse(...argv)).toBeUndefined();
    expect(values.name.value).toBe("x");
  },
);

test("formal holds every name, actual the name that was used", () => {
  const { set, parse } = setOf();
  parse("-verbose");
  expect([...set.formal.keys()]).toContain("v");
  expect([...set.actual.keys()]).toEqual(["verbose"]);
  expect(set.isSet("v")).toBe(true);
});

test("letters bundle, and the one that takes a value takes the rest or the next argument", () => {
  const first = setOf();
  first.parse("-vip8080:80");
  expect([first.values.verbose.value, first.values.interactive.value]).toEqual([true, true]);
  expect(first.values.publish.value).toEqual(["8080:80"]);
  const second = setOf();
  second.parse("-vp", "80:80", "-p=81", "image", "-i");
  expect(second.values.publish.value).toEqual(["80:80", "81"]);
  expect(second.set.args).toEqual(["image", "-i"]);
  expect(second.values.interactive.value).toBe(false);
});

test("flags stop at a double dash, which is dropped, or may stand between arguments when asked", () => {
  const stopped = setOf();
  stopped.parse("-v", "--", "-i");
  expect(stopped.set.args).toEqual(["-i"]);
  const mixed = setOf();
  mixed.set.parse(["a", "-v", "b", "--", "-i"], { interspersed: true, unquote: false });
  expect(mixed.set.args).toEqual(["a", "b", "-i"]);
  expect(mixed.values.verbose.value).toBe(true);
});

test("a deprecated name works and names its successor", () => {
  const { values, output, parse } = setOf();
  parse("--timeout", "3");
  expect(values.time.value).toBe(3);
  expect(output).toEqual(["Warning: '--timeout' is deprecated, it will be replaced by '--time' soon. See usage."]);
});

describe("mistakes", () => {
  test.each([
    [["--nope"], "flag provided but not defined: --nope"],
    [["-vx"], "flag provided but not defined: -x"],
    [["--name"], "flag needs an argument: --name"],
    [["-v=maybe"], 'invalid boolean value "maybe" for  -v: strconv.ParseBool: parsing "maybe": invalid syntax'],
    [["-t", "soon"], 'invalid value "soon" for flag -t: strconv.ParseInt: parsing "soon": invalid syntax'],
    [["-=x"], "bad flag syntax: -=x"],
  ])("%j is answered in the package's words", (argv, message) => {
    expect(setOf().parse(...argv)?.message).toBe(message);
  });

  test("exit ends the program with 2, panic throws", () => {
    expect(() => setOf("exit").parse("--nope")).toThrow("exit 2");
    expect(() => setOf("panic").parse("--nope")).toThrow("flag provided but not defined: --nope");
  });
});

describe("merge", () => {
  test("setting a merged flag is seen by both sets", () => {
    const source = setOf();
    const target = new FlagSet("all", "continue", { output: () => {}, exit: () => expect.unreachable() });
    expect(target.merge(source.set)).toBeUndefined();
    target.parse(["-name", "x"], { interspersed: false, unquote: true });
    expect(source.values.name.value).toBe("x");
    expect(source.set.isSet("name")).toBe(true);
    expect(target.isSet("name")).toBe(true);
  });

  test("a name that exists already is reported, ends the program or throws", () => {
    const clash = (handling: ErrorHandling) => {
      const target = setOf(handling);
      const error = target.set.merge(setOf("continue", "common").set);
      return { error, output: target.output };
    };
    const { error, output } = clash("continue");
    expect(error?.message).toBe("common flag redefined: v");
    expect(output).toEqual(["common flag redefined: v"]);
    expect(() => clash("exit")).toThrow("exit 2");
    expect(() => clash("panic")).toThrow("common flag redefined: v");
  });
});
