import type { Version } from "#api/types/system.ts";
import { buildInfo } from "#base/diagnostics/build-info.ts";
import { clientApiVersion } from "#client/api-client.ts";
import { DaemonUnreachable } from "#client/api-error.ts";
import { command } from "../../command.ts";
import { objectFormatter, printObject } from "../../output/format.ts";
import { ansiTime } from "../../output/time.ts";

export const version = command({
  path: "version",
  summary: "Show the versions of client and daemon",
  args: "",
  least: 0,
  most: 0,
  flags: { format: { type: "string", short: "f", help: '"json" or a Go template' } },
  run: async ({ flags, client, out }) => {
    const format = flags.format ? objectFormatter(flags.format, versionFormat) : undefined;
    let server: Version | undefined;
    let unreachable: DaemonUnreachable | undefined;
    try {
      server = await client.system.version();
    } catch (error) {
      if (!(error instanceof DaemonUnreachable)) throw error;
      unreachable = error;
    }
    const ours = {
      Version: buildInfo.version,
      ApiVersion: client.api.version,
      DefaultAPIVersion: clientApiVersion,
      GitCommit: buildInfo.commit,
      GoVersion: buildInfo.runtime,
      Os: "linux",
      Arch: architecture(),
      BuildTime: buildInfo.time,
      Context: "default",
    };
    if (format) printObject(out, format, { Client: goNamed(ours), Server: server ? goNamed(server) : null });
    else out.write(`${clientBlock(ours)}${server ? `\n${serverBlock(server)}` : ""}`);
    if (unreachable) throw unreachable;
    return 0;
  },
});

const versionFormat = { name: "version", rootType: "system.versionInfo" };

/** Go calls ApiVersion APIVersion, and so do templates; JSON keeps the wire's name. */
const goNamed = <T extends { readonly ApiVersion: string }>(version: T): T =>
  Object.defineProperty({ ...version }, "APIVersion", { value: version.ApiVersion });

const architecture = () => (process.arch === "x64" ? "amd64" : process.arch);
const when = (time: string) => (time === "" ? "" : ansiTime(new Date(time)));
/** All values begin in the same column, whatever the indent. */
const rows = (pairs: readonly (readonly [string, string])[], indent: string) =>
  pairs.map(([name, value]) => `${`${indent}${name}:`.padEnd(20)}${value}\n`).join("");

function clientBlock(
  ours: Readonly<
    Record<
      | "Version"
      | "ApiVersion"
      | "DefaultAPIVersion"
      | "GoVersion"
      | "GitCommit"
      | "BuildTime"
      | "Os"
      | "Arch"
      | "Context",
      string
    >
  >,
): string {
  const downgraded = ours.ApiVersion === ours.DefaultAPIVersion ? "" : ` (downgraded from ${ours.DefaultAPIVersion})`;
  return `Client:\n${rows(
    [
      ["Version", ours.Version],
      ["API version", ours.ApiVersion + downgraded],
      ["Go version", ours.GoVersion],
      ["Git commit", ours.GitCommit],
      ["Built", when(ours.BuildTime)],
      ["OS/Arch", `${ours.Os}/${ours.Arch}`],
      ["Context", ours.Context],
    ],
    " ",
  )}`;
}

function serverBlock(server: Version): string {
  const blocks = (server.Components ?? []).map(({ Name, Version, Details = {} }) => {
    const detail = (name: string) => Details[name];
    if (Name !== "Engine") {
      const commit = detail("GitCommit");
      return ` ${Name}:\n${rows([["Version", Version], ...(commit === undefined ? [] : [["GitCommit", commit] as const])], "  ")}`;
    }
    return ` Engine:\n${rows(
      [
        ["Version", Version],
        ["API version", `${detail("ApiVersion")} (minimum version ${detail("MinAPIVersion")})`],
        ["Go version", detail("GoVersion") ?? ""],
        ["Git commit", detail("GitCommit") ?? ""],
        ["Built", when(detail("BuildTime") ?? "")],
        ["OS/Arch", `${detail("Os")}/${detail("Arch")}`],
        ["Experimental", detail("Experimental") ?? "false"],
      ],
      "  ",
    )}`;
  });
  const name = server.Platform?.Name;
  return `Server:${name ? ` ${name}` : ""}\n${blocks.join("")}`;
}
