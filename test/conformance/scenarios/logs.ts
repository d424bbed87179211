import { run, scenario, sh, start, startSleeper } from "../scenario.ts";

const counter = (name: string) => start(name, ...sh("for i in 1 2 3 4 5; do echo line $i; done; echo error >&2"));

export const logsScenarios = [
  scenario("both streams, each where it belongs", counter("c1"), ["wait", "c1"], ["logs", "c1"]),
  scenario(
    "the last lines",
    start("c1", ...sh("for i in 1 2 3 4 5; do echo line $i; done")),
    ["wait", "c1"],
    ["logs", "--tail", "2", "c1"],
    ["logs", "-n", "0", "c1"],
    ["logs", "--tail", "all", "c1"],
    ["logs", "--tail", "99", "c1"],
  ),
  scenario(
    "a bad number of lines means all",
    start("c1", ...sh("echo 1; echo 2")),
    ["wait", "c1"],
    ["logs", "--tail", "x", "c1"],
  ),
  scenario("timestamps", start("c1", ...sh("echo 1; echo 2")), ["wait", "c1"], ["logs", "-t", "c1"]),
  scenario(
    "since and until",
    start("c1", ...sh("echo 1")),
    ["wait", "c1"],
    ["logs", "--since", "1h", "c1"],
    ["logs", "--until", "1h", "c1"],
    ["logs", "--since", "2001-01-01T00:00:00Z", "c1"],
    ["logs", "--since", "nonsense", "c1"],
  ),
  scenario("following ends with the container", start("c1", ...sh("echo 1; sleep 0.3; echo 2")), ["logs", "-f", "c1"]),
  scenario("following what has ended", start("c1", ...sh("echo 1")), ["wait", "c1"], ["logs", "-f", "c1"]),
  scenario(
    "following from now on",
    start("c1", ...sh("echo old; while [ ! -e /go ]; do sleep 0.05; done; echo new")),
    { until: ["logs", "c1"], prints: "old" },
    {
      docker: ["logs", "-f", "--tail", "1", "c1"],
      background: "logs",
    },
    { until: "logs", prints: "old" },
    ["exec", "c1", "touch", "/go"],
    { finish: "logs" },
  ),
  scenario("a line without an end", start("c1", ...sh("printf 'no newline'")), ["wait", "c1"], ["logs", "c1"]),
  scenario(
    "a line longer than any buffer",
    start("c1", ...sh("head -c 100000 /dev/zero | tr '\\0' x; echo end")),
    ["wait", "c1"],
    {
      docker: ["logs", "--tail", "1", "c1"],
      digested: true,
    },
    { docker: ["logs", "c1"], digested: true },
  ),
  scenario(
    "bytes that are no text",
    run(...sh("printf '\\001\\377\\n' | od -c")),
    start("c1", ...sh("printf 'a\\tb\\033[1m\\n'")),
    ["wait", "c1"],
    ["logs", "c1"],
  ),
  scenario(
    "a terminal's output is one stream",
    start("c1", "-t", ...sh("echo out; echo err >&2")),
    ["wait", "c1"],
    ["logs", "c1"],
  ),
  scenario("logs of what was only created", ["create", "--name", "c1", "busybox"], ["logs", "c1"]),
  scenario("logs of what is not there", ["logs", "nothing"]),
  scenario(
    "log options are recorded",
    start("c1", "--log-opt", "max-size=1m", "--log-opt", "max-file=2", "busybox", "true"),
    {
      inspect: "c1",
      fields: ["HostConfig.LogConfig"],
    },
  ),
  scenario(
    "the log driver none",
    start("c1", "--log-driver", "none", ...sh("echo lost")),
    ["wait", "c1"],
    ["logs", "c1"],
  ),
  scenario("a log driver that does not exist", ["create", "--log-driver", "nosuch", "busybox"]),
  scenario(
    "bad log options",
    ["create", "--log-opt", "max-size=x", "busybox"],
    ["create", "--log-opt", "nosuch=1", "busybox"],
  ),
  scenario("logs by the API: neither stream asked for", start("c1", ...sh("echo 1")), ["wait", "c1"], {
    http: "GET /containers/c1/logs",
  }),
  scenario(
    "attach shows what comes from now on",
    start("c1", ...sh("while [ ! -e /go ]; do sleep 0.05; done; echo now; exit 6")),
    {
      docker: ["attach", "--no-stdin", "c1"],
      background: "attach",
    },
    { docker: ["exec", "c1", "sleep", "0.5"], silent: true },
    ["exec", "c1", "touch", "/go"],
    { finish: "attach" },
  ),
  scenario("attach passes standard input on", start("c1", "-i", ...sh("read x; sleep 0.5; echo got $x; exit 4")), {
    docker: ["attach", "c1"],
    stdin: "word\n",
  }),
  scenario(
    "attach to what does not run, is paused, or is not there",
    start("c1", "busybox", "true"),
    ["wait", "c1"],
    ["attach", "c1"],
    ["attach", "nothing"],
    startSleeper("d1"),
    ["pause", "d1"],
    ["attach", "d1"],
  ),
];
