import type { Info } from "#api/types/system.ts";
import { buildInfo } from "#base/diagnostics/build-info.ts";
import { DaemonUnreachable } from "#client/api-error.ts";
import { binarySize } from "#formats/units/size.ts";
import { command } from "../../command.ts";
import { formatObject } from "../../output/format.ts";

export const systemInfo = command({
  path: "system info",
  aliases: ["info"],
  summary: "Show what the daemon is and has",
  args: "",
  least: 0,
  most: 0,
  flags: { format: { type: "string", short: "f", help: '"json" or a Go template' } },
  run: async ({ flags, client, out, config, program }) => {
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
      if (!flags.format) out.write(`${clientText(program)}\nServer:\n`);
      throw error;
    }
    if (flags.format) out.line(formatObject({ ...info, ClientInfo: clientInfo }, flags.format));
    else {
      out.write(
        `${clientText(program)}\nServer:\n${serverLines(info)
          .map((line) => ` ${line}\n`)
          .join("")}\n`,
      );
      for (const warning of (info["Warnings"] as readonly string[] | null) ?? []) out.error(warning);
    }
    return 0;
  },
});

const clientText = (program: string) =>
  `Client:${program === "docker" ? " Docker" : ""}\n Version:    ${buildInfo.version}\n Context:    default\n Debug Mode: false\n`;

function serverLines(info: Info): string[] {
  const text = (name: string) => String((info[name] as string | number | boolean | undefined) ?? "");
  const record = (name: string) => (info[name] as Readonly<Record<string, unknown>> | null) ?? {};
  const list = (value: unknown) => ((value as readonly string[] | null) ?? []).join(" ");
  const plugins = record("Plugins");
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
    `Swarm: ${(record("Swarm")["LocalNodeState"] as string | undefined) ?? "inactive"}`,
    `Runtimes: ${Object.keys(record("Runtimes")).sort().join(" ")}`,
    `Default Runtime: ${text("DefaultRuntime")}`,
    `Init Binary: ${text("InitBinary")}`,
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
    `Experimental: ${text("ExperimentalBuild")}`,
    "Insecure Registries:",
    ...((record("RegistryConfig")["InsecureRegistryCIDRs"] as readonly string[] | null) ?? []).map(
      (cidr) => ` ${cidr}`,
    ),
    `Live Restore Enabled: ${text("LiveRestoreEnabled")}`,
  ];
}

/** `name=seccomp,profile=builtin` becomes two lines. */
function securityLines(option: string): string[] {
  const [name, ...rest] = option.split(",").map((part) => part.split("="));
  return [` ${name![1]}`, ...rest.map(([key, value]) => `  ${key![0]!.toUpperCase()}${key!.slice(1)}: ${value}`)];
}
