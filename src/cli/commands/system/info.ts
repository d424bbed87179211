import type { Info } from "#api/types/system.ts";
import { buildInfo } from "#base/diagnostics/build-info.ts";
import { DaemonUnreachable } from "#client/api-error.ts";
import { binarySize } from "#formats/units/size.ts";
import { command } from "../../command.ts";
import { objectFormatter, printObject } from "../../output/format.ts";

export const systemInfo = command({
  path: "system info",
  aliases: ["info"],
  summary: "Show what the daemon is and has",
  args: "",
  least: 0,
  most: 0,
  flags: { format: { type: "string", short: "f", help: '"json" or a Go template' } },
  run: async ({ flags, client, out, config }) => {
    const format = flags.format ? objectFormatter(flags.format, { rootType: "system.dockerInfo" }) : undefined;
    const clientInfo = {
      Debug: false,
      Version: buildInfo.version,
      Context: "default",
      Plugins: [],
      Warnings: null,
      Config: config.path,
    };
    let info: Info;
    try {
      info = await client.system.info();
    } catch (error) {
      if (!(error instanceof DaemonUnreachable)) throw error;
      if (!format) out.write(`${clientText}\nServer:\n`);
      throw error;
    }
    if (format) printObject(out, format, { ...info, ClientInfo: clientInfo });
    else {
      out.write(
        `${clientText}\nServer:\n${serverLines(info)
          .map((line) => ` ${line}\n`)
          .join("")}\n`,
      );
      for (const warning of (info["Warnings"] as readonly string[] | null) ?? []) out.error(warning);
    }
    return 0;
  },
});

const clientText = `Client:\n Version:    ${buildInfo.version}\n Context:    default\n Debug Mode: false\n`;

function serverLines(info: Info): string[] {
  const text = (name: string) => String((info[name] as string | number | boolean | undefined) ?? "");
  const record = (name: string) => (info[name] as Readonly<Record<string, unknown>> | null) ?? {};
  const list = (value: unknown) => ((value as readonly string[] | null) ?? []).join(" ");
  const plugins = record("Plugins");
  const commit = (name: string) => (record(name)["ID"] as string | undefined) ?? "";
  const section = (title: string, items: readonly string[]) =>
    items.length === 0 ? [] : [title, ...items.map((item) => ` ${item}`)];
  const proxies = [
    ["HTTP Proxy", text("HttpProxy")],
    ["HTTPS Proxy", text("HttpsProxy")],
    ["No Proxy", text("NoProxy")],
  ].flatMap(([name, value]) => (value === "" ? [] : [`${name}: ${value}`]));
  return [
    `Containers: ${text("Containers")}`,
    ` Running: ${text("ContainersRunning")}`,
    ` Paused: ${text("ContainersPaused")}`,
    ` Stopped: ${text("ContainersStopped")}`,
    `Images: ${text("Images")}`,
    `Server Version: ${text("ServerVersion")}`,
    `Storage Driver: ${text("Driver")}`,
    ...((info["DriverStatus"] as readonly (readonly [string, string])[] | null) ?? []).map(
      ([name, value]) => ` ${name}: ${value}`,
    ),
    `Logging Driver: ${text("LoggingDriver")}`,
    `Cgroup Driver: ${text("CgroupDriver")}`,
    `Cgroup Version: ${text("CgroupVersion")}`,
    "Plugins:",
    ` Volume: ${list(plugins["Volume"])}`,
    ` Network: ${list(plugins["Network"])}`,
    ` Log: ${list(plugins["Log"])}`,
    ...section("CDI spec directories:", (info["CDISpecDirs"] as readonly string[] | null) ?? []),
    `Swarm: ${(record("Swarm")["LocalNodeState"] as string | undefined) ?? "inactive"}`,
    `Runtimes: ${Object.keys(record("Runtimes")).sort().join(" ")}`,
    `Default Runtime: ${text("DefaultRuntime")}`,
    `Init Binary: ${text("InitBinary")}`,
    `containerd version: ${commit("ContainerdCommit")}`,
    `runc version: ${commit("RuncCommit")}`,
    `init version: ${commit("InitCommit")}`,
    ...(Array.isArray(info["SecurityOptions"])
      ? ["Security Options:", ...(info["SecurityOptions"] as readonly string[]).flatMap(securityLines)]
      : []),
    `Kernel Version: ${text("KernelVersion")}`,
    `Operating System: ${text("OperatingSystem")}`,
    `OSType: ${text("OSType")}`,
    `Architecture: ${text("Architecture")}`,
    `CPUs: ${text("NCPU")}`,
    `Total Memory: ${binarySize(Number(info["MemTotal"] ?? 0))}`,
    `Name: ${text("Name")}`,
    `ID: ${text("ID")}`,
    `Docker Root Dir: ${text("DockerRootDir")}`,
    `Debug Mode: ${text("Debug")}`,
    ...proxies,
    ...section("Labels:", (info["Labels"] as readonly string[] | null) ?? []),
    `Experimental: ${text("ExperimentalBuild")}`,
    ...section("Insecure Registries:", insecureRegistries(record("RegistryConfig"))),
    ...section("Registry Mirrors:", (record("RegistryConfig")["Mirrors"] as readonly string[] | null) ?? []),
    `Live Restore Enabled: ${text("LiveRestoreEnabled")}`,
  ];
}

/** Registries by name come before networks. */
function insecureRegistries({ IndexConfigs, InsecureRegistryCIDRs }: Readonly<Record<string, unknown>>): string[] {
  const indexes = Object.values((IndexConfigs as Readonly<Record<string, { Name: string; Secure: boolean }>>) ?? {});
  const named = indexes.filter(({ Secure }) => !Secure).map(({ Name }) => Name);
  return [...named, ...((InsecureRegistryCIDRs as readonly string[] | null) ?? [])];
}

/** `name=seccomp,profile=builtin` becomes two lines. */
function securityLines(option: string): string[] {
  const [name, ...rest] = option.split(",").map((part) => part.split("="));
  return [` ${name![1]}`, ...rest.map(([key, value]) => `  ${key![0]!.toUpperCase()}${key!.slice(1)}: ${value}`)];
}
