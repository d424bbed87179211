import { flagUsages } from "#formats/flags/parse-flags.ts";
import type { Command } from "./command.ts";
import type { CommandEntry } from "./commands/index.ts";
import { globalFlags } from "./global-flags.ts";

/** `--help` of one command. */
export function commandHelp(
  { path, aliases = [], summary, args, flags }: Command,
  spelled: string,
  program: string,
): string {
  const usages = flagUsages(flags);
  const options = usages.length > 0 ? " [OPTIONS]" : "";
  const lines = [`Usage:  ${spelled}${options}${args === "" ? "" : ` ${args}`}`, "", summary];
  const spellings = [path, ...aliases];
  if (spellings.length > 1)
    lines.push("", "Aliases:", `  ${spellings.map((alias) => `${program} ${alias}`).join(", ")}`);
  if (usages.length > 0) lines.push("", "Options:", ...usages);
  return `${lines.join("\n")}\n`;
}

/** The text below a mistake in a command's flags or arguments. */
export function usageHint({ args, flags }: Command, spelled: string, verb: "Run" | "See" = "Run"): string {
  const options = Object.keys(flags).length > 0 ? " [OPTIONS]" : "";
  return `\nUsage:  ${spelled}${options}${args === "" ? "" : ` ${args}`}\n\n${verb} '${spelled} --help' for more information`;
}

const listed = (rows: readonly (readonly [string, string])[]) => {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, summary]) => `  ${name.padEnd(width)}  ${summary}`);
};

/** The whole program's usage with its commands, which is also what no command at all prints. */
export function programHelp(commands: readonly { entry: CommandEntry; summary: string }[], program: string): string {
  const short = commands
    .flatMap(({ entry, summary }) => {
      const name = [entry.path, ...entry.aliases].find((spelling) => !spelling.includes(" "));
      return name === undefined ? [] : [[name, summary] as const];
    })
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const groups = [...new Set(commands.map(({ entry }) => entry.path).filter((path) => path.includes(" ")))]
    .map((path) => path.split(" ")[0]!)
    .filter((name, index, all) => all.indexOf(name) === index)
    .sort()
    .map((name) => [name, groupSummary(name)] as const);
  return [
    `Usage:  ${program} [OPTIONS] COMMAND [arg...]`,
    `        ${program} daemon [ --help | ... ]`,
    `        ${program} [ --help | -v | --version ]`,
    "",
    "A container engine: client and daemon in one executable",
    "",
    "Commands:",
    ...listed(short),
    "",
    "Management Commands:",
    ...listed(groups),
    "",
    "Global Options:",
    ...flagUsages(globalFlags),
    "",
    `Run '${program} COMMAND --help' for more information on a command.`,
    "",
  ].join("\n");
}

const groupSummary = (group: string) => (group === "system" ? "Manage the daemon" : `Manage ${group}s`);

/** What a bare group (`wherry network`) prints. */
export function groupHelp(
  group: string,
  commands: readonly { entry: CommandEntry; summary: string }[],
  program: string,
): string {
  const rows = commands
    .filter(({ entry }) => entry.path.startsWith(`${group} `))
    .map(({ entry, summary }) => [entry.path.slice(group.length + 1), summary] as const);
  return [
    `Usage:  ${program} ${group} COMMAND`,
    "",
    groupSummary(group),
    "",
    "Commands:",
    ...listed(rows),
    "",
    `Run '${program} ${group} COMMAND --help' for more information on a command.`,
    "",
  ].join("\n");
}
