import { afterEach, beforeEach, expect, test } from "bun:test";
import { cliMain } from "./main.ts";
import type { Out } from "./output/out.ts";

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Arguments of the daemon, when it was started. */
  readonly daemon: readonly string[] | undefined;
}

async function call(argv: readonly string[], program = "wherry"): Promise<Outcome> {
  let stdout = "";
  let stderr = "";
  let daemon: readonly string[] | undefined;
  const out: Out = {
    inputIsTerminal: false,
    isTerminal: false,
    errorIsTerminal: false,
    columns: 0,
    line: (text) => (stdout += `${text}\n`),
    onlyLine: (text) => (stdout += `${text}\n`),
    write: (data) => (stdout += data.toString()),
    error: (text) => (stderr += `${text}\n`),
    writeError: (data) => (stderr += data.toString()),
  };
  const code = await cliMain(argv, {
    program,
    out,
    daemon: async (given) => {
      daemon = given;
      return 0;
    },
    daemonFlags: async () => ({
      graph: { type: "string", short: "g", help: "", alsoKnownAs: ["data-root"] },
      "exec-root": { type: "string", help: "" },
    }),
  });
  return { code, stdout, stderr, daemon };
}

const variables = ["DOCKER_HOST", "WHERRY_HOST", "DOCKER_CONFIG", "WHERRY_CONFIG"];
const before = Object.fromEntries(variables.map((name) => [name, process.env[name]]));
beforeEach(() => {
  process.env["DOCKER_CONFIG"] = "/nonexistent";
  process.env["DOCKER_HOST"] = "unix:///nonexistent/docker.sock";
});
afterEach(() => {
  for (const [name, value] of Object.entries(before)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
});

test("without a command the usage with the list of commands is told on stderr", async () => {
  const { code, stderr } = await call([]);
  expect(code).toBe(0);
  for (const name of ["run", "ps", "images", "rmi", "update"]) expect(stderr).toMatch(new RegExp(`^  ${name} `, "m"));
});

test.each([[["--version"]], [["-v"]], [["-version"]], [["--version", "ps"]]])("%j prints the version", async (argv) => {
  expect(await call(argv)).toMatchObject({ code: 0, stdout: expect.stringMatching(/^wherry version \S+, build /) });
});

test("called docker, it names itself so", async () => {
  expect((await call(["-v"], "docker")).stdout).toStartWith("Docker version ");
  expect((await call(["ps", "x"], "docker")).stderr).toStartWith("docker: 'docker ps' accepts no arguments\n");
});

test("`daemon` starts the daemon with what follows", async () => {
  expect((await call(["daemon", "-g", "/x", "-D"])).daemon).toEqual(["-g", "/x", "-D"]);
});

test.each([
  [["-g", "/x", "ps"], "wherry: the daemon flag '-g' must follow the 'wherry daemon' command."],
  [["--graph=/x", "daemon"], "wherry: the daemon flag '-g' must follow the 'wherry daemon' command."],
  [["--data-root", "/x"], "wherry: the daemon flag '-g' must follow the 'wherry daemon' command."],
  [["--exec-root=/x"], "wherry: the daemon flag '--exec-root' must follow the 'wherry daemon' command."],
  [["-D", "daemon"], "invalid flag '-D'.\nSee 'wherry daemon --help'."],
])("%j: a flag on the wrong side of `daemon` is refused", async (argv, message) => {
  expect(await call(argv)).toMatchObject({ code: 1, stderr: `${message}\n`, daemon: undefined });
});

test("the deprecated -d starts the daemon with a warning, and with --help points at its new help", async () => {
  expect(await call(["-d", "-g", "/x"])).toMatchObject({
    daemon: ["-g", "/x"],
    stderr: expect.stringContaining("deprecated"),
  });
  expect(await call(["-d", "--help"])).toMatchObject({
    code: 0,
    stderr: "Please use 'wherry daemon --help' instead.\n",
    daemon: undefined,
  });
});

test.each([
  [["--bad"], 125, "unknown flag: --bad"],
  [["-x", "ps"], 125, "unknown shorthand flag: 'x' in -x"],
  [["nope"], 1, "wherry: unknown command: wherry nope\n\nRun 'wherry --help' for more information"],
  [["network", "nope"], 1, "wherry: unknown command: wherry network nope\n\nUsage:  wherry network"],
  [["ps", "--bad"], 125, "unknown flag: --bad\n\nUsage:  wherry ps [OPTIONS]\n\nRun 'wherry ps --help'"],
  [["logs"], 1, "wherry: 'wherry logs' requires 1 argument"],
  [["run"], 1, "wherry: 'wherry run' requires at least 1 argument"],
  [["images", "a", "b"], 1, "wherry: 'wherry images' requires at most 1 argument"],
  [["port"], 1, "wherry: 'wherry port' requires at least 1 and at most 2 arguments"],
  [["run", "-e", "=x", "busybox"], 125, 'invalid argument "=x" for "-e, --env" flag: invalid environment variable: =x'],
  [["run", "--sysctl", "x", "busybox"], 125, 'invalid argument "x" for "--sysctl" flag: sysctl \'x\' is not allowed'],
  [["run", "--pid", "x", "busybox"], 125, "wherry: --pid: invalid PID mode\n\nRun 'wherry run --help'"],
  [["run", "-d", "-a", "stdin", "busybox"], 1, "conflicting options: cannot specify both --attach and --detach"],
  [["run", "--rm", "--restart", "always", "x"], 125, "wherry: conflicting options: cannot specify both --restart and"],
  [["-l", "loud", "ps"], 1, "Unable to parse logging level: loud"],
  [["-H", "a", "-H", "b", "ps"], 1, "Failed to initialize: unable to resolve docker endpoint: Specify only one -H"],
  [["--context", "other", "ps"], 1, 'Failed to initialize: unable to resolve docker endpoint: context "other"'],
  [["ps"], 1, "Cannot connect to the Docker daemon at unix:///nonexistent/docker.sock. Is the docker daemon running?"],
  [["run", "x"], 125, "wherry: Cannot connect to the Docker daemon at unix:///nonexistent/docker.sock."],
  [["help", "nope"], 1, "unknown help topic: nope"],
])("%j ends with %d", async (argv, code, message) => {
  const { code: actual, stderr } = await call(argv);
  expect(stderr).toStartWith(message);
  expect(actual).toBe(code);
});

test("WHERRY_HOST wins over DOCKER_HOST, and -H over both", async () => {
  process.env["WHERRY_HOST"] = "unix:///nonexistent/wherry.sock";
  expect((await call(["ps"])).stderr).toContain("unix:///nonexistent/wherry.sock");
  expect((await call(["-H", "unix:///nonexistent/flag.sock", "ps"])).stderr).toContain("flag.sock");
});

test.each([[["help", "ps"]], [["ps", "--help"]], [["--help", "ps"]]])(
  "%j shows the help of a command",
  async (argv) => {
    const { code, stdout } = await call(argv);
    expect(code).toBe(0);
    expect(stdout).toStartWith("Usage:  wherry ps [OPTIONS]\n\nList containers\n\nAliases:\n  wherry container ls,");
    expect(stdout).toContain("\n  -a, --all             Show stopped containers as well\n");
  },
);

test("-h shows the help where no flag of the command has the letter", async () => {
  expect((await call(["ps", "-h"])).stdout).toContain("Usage:  wherry ps");
  expect((await call(["run", "-h"])).stderr).toContain("flag needs an argument: 'h' in -h");
});
