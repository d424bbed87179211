import { constants } from "node:os";
import { posix } from "node:path";
import { parseHealthcheck } from "./healthcheck-change.ts";
import { expandWord, InstructionError, jsonWords, nameValuePairs, splitWords } from "./instruction-words.ts";
import type { RunConfig } from "./run-config.ts";

/**
 * Applies the `changes` of import and commit to a config: Dockerfile instructions that touch no file. Throws
 * InstructionError in docker's words.
 */
export function applyChanges(config: RunConfig, changes: readonly string[]): RunConfig {
  if (changes.length === 0) return config;
  const lines = logicalLines(changes.join("\n"));
  if (lines.length === 0) throw new InstructionError("file with no instructions");
  return lines.reduce(applyLine, config);
}

type Change = (config: RunConfig, rest: string, expand: (word: string) => string) => RunConfig;

const changesByInstruction: Readonly<Record<string, Change>> = {
  CMD: (config, rest) => ({ ...config, Cmd: command(config, rest) }),
  ENTRYPOINT: (config, rest) => ({ ...config, Entrypoint: command(config, rest) }),
  ENV: (config, rest, expand) => {
    const env = new Map(environment(config));
    for (const [name, value] of expandedPairs(rest, "ENV", expand)) env.set(name, value);
    return { ...config, Env: [...env].map(([name, value]) => `${name}=${value}`) };
  },
  LABEL: (config, rest, expand) => ({
    ...config,
    Labels: { ...config.Labels, ...Object.fromEntries(expandedPairs(rest, "LABEL", expand)) },
  }),
  EXPOSE: (config, rest, expand) => {
    const ports = atLeastOne(splitWords(rest), "EXPOSE").flatMap((word) => portsOf(expand(word)));
    return { ...config, ExposedPorts: { ...config.ExposedPorts, ...emptyObjects(ports) } };
  },
  VOLUME: (config, rest, expand) => {
    const volumes = atLeastOne(jsonWords(rest) ?? splitWords(rest), "VOLUME").map((word) => expand(word).trim());
    if (volumes.includes("")) throw new InstructionError("VOLUME specified can not be an empty string");
    return { ...config, Volumes: { ...config.Volumes, ...emptyObjects(volumes) } };
  },
  USER: (config, rest, expand) => ({ ...config, User: expand(exactlyOne(rest, "USER")) }),
  WORKDIR: (config, rest, expand) => ({
    ...config,
    WorkingDir: posix.resolve("/", config.WorkingDir ?? "", expand(exactlyOne(rest, "WORKDIR"))),
  }),
  STOPSIGNAL: (config, rest, expand) => {
    const signal = expand(exactlyOne(rest, "STOPSIGNAL"));
    if (!isSignal(signal)) throw new InstructionError(`invalid signal: ${signal}`);
    return { ...config, StopSignal: signal };
  },
  HEALTHCHECK: (config, rest) => ({ ...config, Healthcheck: parseHealthcheck(rest) }),
  ONBUILD: (config, rest) => ({ ...config, OnBuild: [...(config.OnBuild ?? []), trigger(rest)] }),
};

function applyLine(config: RunConfig, line: string): RunConfig {
  const match = /^(\S+)\s*(.*)$/s.exec(line)!;
  const instruction = match[1]!.toUpperCase();
  const change = Object.hasOwn(changesByInstruction, instruction) ? changesByInstruction[instruction] : undefined;
  if (!change) throw new InstructionError(`${instruction} is not a valid change command`);
  const variables = environment(config);
  return change(config, match[2]!.trim(), (word) => expandWord(word, variables));
}

/** Joins lines that end with a backslash; drops comments and empty lines. */
function logicalLines(text: string): readonly string[] {
  const lines: string[] = [];
  let open = "";
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*(?:#|$)/.test(line)) continue;
    const continued = /\\[ \t]*$/.test(line);
    open += continued ? line.replace(/\\[ \t]*$/, "") : line;
    if (continued) continue;
    lines.push(open.trim());
    open = "";
  }
  if (open.trim() !== "") lines.push(open.trim());
  return lines;
}

function environment(config: RunConfig): ReadonlyMap<string, string> {
  return new Map(
    (config.Env ?? []).map((pair) => {
      const equals = pair.indexOf("=");
      return equals === -1 ? ([pair, ""] as const) : ([pair.slice(0, equals), pair.slice(equals + 1)] as const);
    }),
  );
}

function expandedPairs(rest: string, instruction: string, expand: (word: string) => string): [string, string][] {
  return nameValuePairs(rest, instruction).map(([name, value]) => {
    const expanded = expand(name);
    if (expanded === "") throw new InstructionError(`${instruction} names can not be blank`);
    return [expanded, expand(value)];
  });
}

/** A command in JSON form as it is; in shell form behind the image's shell. */
function command(config: RunConfig, rest: string): readonly string[] {
  const words = jsonWords(rest);
  if (words) return words;
  const shell = config.Shell ?? ["/bin/sh", "-c"];
  return rest === "" ? shell : [...shell, rest];
}

function portsOf(text: string): readonly string[] {
  // What docker's -p understands is accepted, but only the container's side counts.
  const containerSide = text.slice(text.lastIndexOf(":") + 1);
  const [range, protocol = "tcp"] = containerSide.split("/");
  const match = /^(\d+)(?:-(\d+))?$/.exec(range!);
  const first = Number(match?.[1]);
  const last = Number(match?.[2] ?? match?.[1]);
  if (!match || first > last || last > 65535) throw new InstructionError(`Invalid containerPort: ${range}`);
  if (!["tcp", "udp", "sctp"].includes(protocol.toLowerCase()))
    throw new InstructionError(`Invalid proto: ${protocol}`);
  return Array.from({ length: last - first + 1 }, (_, i) => `${first + i}/${protocol.toLowerCase()}`);
}

function trigger(rest: string): string {
  if (rest === "") throw new InstructionError("ONBUILD requires at least one argument");
  const instruction = rest.split(/\s/)[0]!.toUpperCase();
  if (instruction === "ONBUILD") throw new InstructionError("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed");
  if (instruction === "FROM" || instruction === "MAINTAINER")
    throw new InstructionError(`${instruction} isn't allowed as an ONBUILD trigger`);
  return rest;
}

/** A name of the system with or without SIG, a real-time one, or a number. */
function isSignal(text: string): boolean {
  if (/^\d+$/.test(text)) return Number(text) >= 1 && Number(text) <= 64;
  const name = text.toUpperCase().replace(/^SIG/, "");
  return Object.hasOwn(constants.signals, `SIG${name}`) || /^RT(?:MIN(?:\+\d{1,2})?|MAX(?:-\d{1,2})?)$/.test(name);
}

function exactlyOne(rest: string, instruction: string): string {
  if (rest === "") throw new InstructionError(`${instruction} requires exactly one argument`);
  return rest;
}

function atLeastOne(words: readonly string[], instruction: string): readonly string[] {
  if (words.length === 0) throw new InstructionError(`${instruction} requires at least one argument`);
  return words;
}

const emptyObjects = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, {}]));
