import { run, scenario, start } from "../scenario.ts";

const app = "$registry/team/app";

export const registryScenarios = [
  scenario("pull by tag", ["pull", "-q", `${app}:1.0`], run(`${app}:1.0`, "cat", "/etc/version"), {
    inspect: `${app}:1.0`,
    type: "image",
    fields: ["Id", "RepoTags", "RepoDigests", "Config.Labels", "Config.Cmd", "RootFS.Layers", "Created"],
  }),
  scenario("the progress of a pull", { docker: ["pull", `${app}:2.0`], unordered: true }, ["pull", `${app}:2.0`]),
  scenario("run pulls what is missing", { docker: ["run", "--rm", `${app}:2.0`], unordered: true }, run(`${app}:2.0`)),
  scenario(
    "run --pull always asks again, never does not ask",
    ["pull", "-q", `${app}:1.0`],
    ["run", "--rm", "--pull", "always", "-q", `${app}:1.0`, "true"],
    ["run", "--rm", "--pull", "never", `${app}:2.0`, "true"],
  ),
  scenario("layers that are there are not fetched again", ["pull", "-q", `${app}:1.0`], {
    docker: ["pull", `${app}:2.0`],
    unordered: true,
  }),
  scenario(
    "all tags",
    { docker: ["pull", "-a", "-q", app] },
    {
      docker: ["images", "--format", "{{.Repository}}:{{.Tag}}", "--filter", `reference=${app}`],
      unordered: true,
    },
  ),
  scenario("an unknown tag", ["pull", `${app}:nosuch`]),
  scenario("an unknown repository", ["pull", "$registry/no/such"]),
  scenario("an unknown digest", ["pull", `${app}@sha256:${"0".repeat(64)}`]),
  scenario("a platform the image does not have", ["pull", "--platform", "linux/arm64", `${app}:1.0`]),
  scenario(
    "the digest column, and removal by it",
    ["pull", "-q", `${app}:1.0`],
    ["images", "--digests", "--format", "{{.Repository}} {{.Tag}} {{.Digest}}", app],
    ["rmi", `${app}:1.0`],
  ),
  scenario(
    "a pulled image whose container lives is not removed",
    ["pull", "-q", `${app}:1.0`],
    start("c1", `${app}:1.0`, "sleep", "60"),
    ["rmi", `${app}:1.0`],
  ),
  scenario(
    "pull by the API: what it says, and what is not there",
    { http: `POST /v1.44/images/create?fromImage=${app}&tag=nosuch` },
    {
      http: "POST /v1.44/images/create?fromImage=127.0.0.1:1/x&tag=y",
    },
  ),
  scenario("login where nobody listens", ["login", "-u", "ann", "-p", "secret", "127.0.0.1:1"]),
  scenario("login where no password is asked for", ["login", "-u", "ann", "-p", "secret", "$registry"]),
  scenario(
    "history of a pulled image",
    ["pull", "-q", `${app}:2.0`],
    ["history", "--format", "{{.CreatedBy}} {{.Size}}", `${app}:2.0`],
  ),
];
