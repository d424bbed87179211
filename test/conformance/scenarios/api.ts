import { scenario, start, startSleeper } from "../scenario.ts";

const post = (path: string, length: number, body: string, ...headers: readonly string[]) =>
  [
    `POST ${path} HTTP/1.1`,
    "Host: engine",
    "Connection: close",
    ...headers,
    `Content-Length: ${length}`,
    "",
    body,
  ].join("\r\n");

export const apiScenarios = [
  scenario("ping", { http: "GET /_ping" }, { http: "HEAD /_ping" }, { http: "GET /v1.51/_ping" }),
  scenario(
    "a path that does not exist",
    { http: "GET /nosuch" },
    { http: "GET /v1.44/nosuch" },
    { http: "POST /containers/x/nosuch" },
  ),
  scenario("a method that does not fit", { http: "PUT /containers/json" }, { http: "GET /containers/create" }),
  scenario("a version that is too new", { http: "GET /v1.99/version" }, { http: "GET /v2.0/version" }),
  scenario("a version that is no version", { http: "GET /vx.y/version" }),
  scenario(
    "broken JSON",
    { http: "POST /containers/create", body: "{" },
    { http: "POST /containers/create", body: "" },
    { http: "POST /containers/create", body: '{"Image":"busybox"} trailing' },
    {
      http: "POST /containers/create",
      body: "[]",
    },
  ),
  scenario(
    "wrong types",
    { http: "POST /containers/create", body: '{"Image":5}' },
    { http: "POST /containers/create", body: '{"Image":"busybox","HostConfig":{"Memory":"lots"}}' },
    {
      http: "POST /containers/create",
      body: '{"Image":"busybox","Cmd":{"a":1}}',
    },
  ),
  scenario(
    "fields that nobody knows, other cases, null",
    {
      http: "POST /containers/create?name=c1",
      body: '{"image":"busybox","CMD":["true"],"NoSuchField":{"x":1},"HostConfig":null}',
    },
    {
      inspect: "c1",
      fields: ["Config.Image", "Config.Cmd"],
    },
  ),
  scenario(
    "a command as text",
    { http: "POST /containers/create?name=c1", body: '{"Image":"busybox","Cmd":"true"}' },
    { inspect: "c1", fields: ["Config.Cmd", "Path", "Args"] },
  ),
  scenario(
    "a wrong content type",
    { http: "POST /containers/create", body: '{"Image":"busybox"}', headers: { "content-type": "text/plain" } },
    {
      http: "POST /containers/create",
      body: "Image=busybox",
      headers: { "content-type": "application/x-www-form-urlencoded" },
    },
  ),
  scenario("a truncated body", {
    raw: post("/containers/create", 500, '{"Image":"busybox"', "Content-Type: application/json"),
  }),
  scenario("not HTTP at all", { raw: "this is not HTTP\r\n\r\n" }),
  scenario(
    "an empty image",
    { http: "POST /containers/create", body: "{}" },
    { http: "POST /containers/create", body: '{"Image":""}' },
  ),
  scenario("an image that is not there", { http: "POST /containers/create", body: '{"Image":"nosuch"}' }),
  scenario(
    "bad numbers in the query",
    startSleeper("c1"),
    { http: "GET /containers/json?limit=x" },
    { http: "POST /containers/c1/stop?t=x" },
    { http: "POST /containers/c1/resize?h=x&w=1" },
  ),
  scenario(
    "bad filters",
    { http: "GET /containers/json?filters=nonsense" },
    { http: 'GET /containers/json?filters={"nosuch":["1"]}' },
    { http: 'GET /images/json?filters={"dangling":["x"]}' },
  ),
  scenario(
    "statuses of start and stop",
    startSleeper("c1"),
    { http: "POST /containers/c1/start" },
    { http: "POST /containers/c1/stop?t=1" },
    { http: "POST /containers/c1/stop" },
    { http: "POST /containers/c1/kill" },
    {
      http: "POST /containers/nosuch/start",
    },
  ),
  scenario(
    "statuses of rm",
    start("c1", "busybox", "true"),
    ["wait", "c1"],
    { http: "DELETE /containers/c1" },
    { http: "DELETE /containers/c1" },
  ),
  scenario(
    "a container's whole record",
    { http: "POST /v1.51/containers/create?name=c1", body: '{"Image":"busybox","Cmd":["true"]}' },
    {
      http: "GET /v1.51/containers/c1/json",
      fields: [
        "Name",
        "Path",
        "Args",
        "Config",
        "HostConfig",
        "RestartCount",
        "Driver",
        "Platform",
        "MountLabel",
        "ProcessLabel",
        "AppArmorProfile",
        "ExecIDs",
        "Mounts",
        "State",
      ],
    },
  ),
  scenario(
    "a container's record for an old client",
    { http: "POST /v1.24/containers/create?name=c1", body: '{"Image":"busybox","Cmd":["true"]}' },
    {
      http: "GET /v1.24/containers/c1/json",
      fields: ["Name", "Path", "Args", "Config", "HostConfig.NetworkMode", "HostConfig.CapAdd"],
    },
  ),
  scenario(
    "an image's record",
    {
      http: "GET /v1.51/images/busybox/json",
      fields: ["Id", "RepoTags", "Config", "Architecture", "Os", "RootFS.Type"],
    },
    { http: "GET /images/nosuch/json" },
  ),
  scenario("the version", { http: "GET /version", fields: ["Os", "Arch", "MinAPIVersion"] }),
  scenario(
    "swarm is not for a single engine",
    { http: "GET /v1.44/services" },
    { http: "GET /v1.44/nodes" },
    { http: "GET /v1.44/swarm" },
  ),
  scenario(
    "events of a life",
    startSleeper("c1", "-l", "story=events"),
    ["stop", "c1"],
    ["rm", "c1"],
    { docker: ["run", "--rm", "busybox", "sleep", "1.1"], silent: true },
    {
      docker: [
        "events",
        "--since",
        "1m",
        "--until",
        "0s",
        "--filter",
        "label=story=events",
        "--format",
        "{{.Type}} {{.Action}}",
      ],
      // dockerd tells of the stop now before, now after the death.
      unordered: true,
    },
  ),
  scenario("what info tells", [
    "info",
    "--format",
    "{{.Containers}} {{.ContainersRunning}} {{.ContainersPaused}} {{.ContainersStopped}} {{.Images}} {{.OSType}} {{.Driver}} {{.LoggingDriver}} {{.Swarm.LocalNodeState}}",
  ]),
  scenario(
    "inspect with formats",
    startSleeper("c1"),
    ["inspect", "-f", "{{.Name}} {{.State.Running}}", "c1"],
    ["inspect", "-f", "{{json .Config.Cmd}}", "c1"],
    ["inspect", "-f", "{{.NoSuch}}", "c1"],
    ["inspect", "-f", "{{range $k, $v := .NetworkSettings.Networks}}{{$k}}{{end}}", "c1"],
    ["inspect", "nothing"],
    ["inspect", "-s", "-f", "{{.SizeRw}}", "c1"],
  ),
];
