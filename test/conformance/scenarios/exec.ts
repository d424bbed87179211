import { scenario, start, startSleeper } from "../scenario.ts";

const up = startSleeper("c1", "-e", "FROM=container", "-w", "/tmp");
const execSh = (script: string, ...flags: readonly string[]) => ["exec", ...flags, "c1", "sh", "-c", script];

export const execScenarios = [
  scenario(
    "output and exit codes",
    up,
    ["exec", "c1", "echo", "hi"],
    execSh("exit 3"),
    execSh("exit 255"),
    execSh("echo out; echo err >&2"),
  ),
  scenario("death by a signal", up, execSh("kill -KILL $$")),
  scenario(
    "standard input",
    up,
    { docker: ["exec", "-i", "c1", "cat"], stdin: "in\n" },
    { docker: ["exec", "c1", "cat"], stdin: "ignored\n" },
  ),
  scenario("a long standard input comes through whole", up, {
    docker: ["exec", "-i", "c1", "md5sum"],
    stdin: "0123456789".repeat(50_000),
  }),
  scenario(
    "environment, user and folder are the container's, or as told",
    up,
    execSh("echo $FROM; pwd; id -u"),
    execSh("echo $FROM $MORE; pwd; id -un", "-e", "MORE=1", "-e", "FROM=exec", "-w", "/etc", "-u", "nobody"),
  ),
  scenario("environment from a file", up, { file: "env", text: "A=1\n" }, execSh("echo $A", "--env-file", "$dir/env")),
  scenario("a command that is not found ends with 127", up, ["exec", "c1", "no-such-command"]),
  scenario("a file that is not executable ends with 126", up, ["exec", "c1", "/etc/passwd"]),
  scenario("a folder that is not there", up, execSh("pwd", "-w", "/no/such")),
  scenario("an unknown user", up, execSh("id", "-u", "nosuchuser")),
  scenario("in the background", up, execSh("touch /done", "-d"), { until: ["exec", "c1", "ls", "/"], prints: "done" }),
  scenario(
    "in a container that does not run, or is not there",
    start("c1", "busybox", "true"),
    ["wait", "c1"],
    ["exec", "c1", "true"],
    ["exec", "nothing", "true"],
  ),
  scenario("in a paused container", up, ["pause", "c1"], ["exec", "c1", "true"]),
  scenario("with privileges", up, execSh("grep -c CapEff /proc/self/status", "--privileged")),
  scenario(
    "on a terminal",
    up,
    { docker: ["exec", "-t", "c1", "sh", "-c", "test -t 1 && stty size"], terminal: "" },
    {
      docker: ["exec", "-it", "c1", "sh", "-c", "printf ready; read x; echo got $x; exit 5"],
      terminal: "typed\n",
    },
  ),
  scenario(
    "it ends with its container",
    up,
    { docker: ["exec", "c1", "sleep", "60"], background: "exec" },
    { until: ["top", "c1"], prints: "sleep 60" },
    ["kill", "c1"],
    {
      finish: "exec",
    },
  ),
  scenario(
    "what the API tells of an exec that never was",
    { http: "GET /exec/nosuch/json" },
    { http: "POST /exec/nosuch/start", body: "{}" },
    {
      http: "POST /exec/nosuch/resize?h=1&w=1",
    },
  ),
  scenario(
    "an exec needs a command",
    up,
    { http: "POST /containers/c1/exec", body: "{}" },
    { http: "POST /containers/c1/exec", body: '{"Cmd":[]}' },
    {
      http: "POST /containers/nothing/exec",
      body: '{"Cmd":["true"]}',
    },
  ),
  scenario(
    "many at once",
    up,
    ...["1", "2", "3", "4"].map((n) => ({ docker: execSh(`sleep 0.2; exit ${n}`), background: n })),
    ...["1", "2", "3", "4"].map((n) => ({
      finish: n,
    })),
  ),
  scenario(
    "mounts and namespaces are those of the container",
    up,
    execSh("touch /tmp/seen; hostname | wc -c; ls /tmp"),
  ),
  scenario(
    "the process of exec has the container's capabilities",
    up,
    execSh("grep -E 'CapEff|Seccomp:|NoNewPrivs' /proc/self/status"),
  ),
];
