import { InstructionError, jsonWords } from "./instruction-words.ts";
import type { HealthCheck } from "./run-config.ts";

const periods: Readonly<Record<string, "Interval" | "Timeout" | "StartPeriod" | "StartInterval">> = {
  interval: "Interval",
  timeout: "Timeout",
  "start-period": "StartPeriod",
  "start-interval": "StartInterval",
};

/** Reads what follows HEALTHCHECK: `NONE`, or flags and `CMD …`. Throws InstructionError in docker's words. */
export function parseHealthcheck(rest: string): HealthCheck {
  if (rest === "") throw new InstructionError("HEALTHCHECK requires at least one argument");
  const { options, remainder } = readFlags(rest);
  const [, type = "", probe = ""] = /^(\S*)\s*(.*)$/s.exec(remainder)!;
  if (type.toUpperCase() === "NONE") {
    if (probe !== "") throw new InstructionError("HEALTHCHECK NONE takes no arguments");
    return { Test: ["NONE"] };
  }
  if (type.toUpperCase() !== "CMD")
    throw new InstructionError(`Unknown type ${JSON.stringify(type.toUpperCase())} in HEALTHCHECK (try CMD)`);
  const words = jsonWords(probe);
  if (probe === "" || words?.length === 0) throw new InstructionError("Missing command after HEALTHCHECK CMD");
  return { Test: words ? ["CMD", ...words] : ["CMD-SHELL", probe], ...options };
}

function readFlags(rest: string): { options: HealthCheck; remainder: string } {
  const options: Record<string, number> = {};
  let remainder = rest;
  for (;;) {
    const match = /^--(\S*?)(?:=(\S*))?(?:\s+|$)/.exec(remainder);
    if (!match) return { options, remainder };
    const [whole, name = "", value] = match;
    if (value === undefined) throw new InstructionError(`Missing a value on flag: ${name}`);
    if (name === "retries") options["Retries"] = retries(value);
    else if (Object.hasOwn(periods, name)) options[periods[name]!] = period(name, value);
    else throw new InstructionError(`Unknown flag: ${name}`);
    remainder = remainder.slice(whole.length);
  }
}

function retries(text: string): number {
  if (!/^[+-]?\d+$/.test(text))
    throw new InstructionError(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  if (Number(text) < 0) throw new InstructionError(`--retries cannot be negative (${Number(text)})`);
  return Number(text);
}

const unitNanoseconds: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

/** A Go duration in nanoseconds: "1m30s", "500ms". */
function period(name: string, text: string): number {
  const duration = text.replace(/^\+/, "");
  if (!/^(?:\d+(?:\.\d*)?(?:ns|us|µs|ms|s|m|h))+$/.test(duration) && duration !== "0")
    throw new InstructionError(`time: invalid duration ${JSON.stringify(text)}`);
  let nanoseconds = 0;
  for (const [, amount, unit] of duration.matchAll(/(\d+(?:\.\d*)?)(ns|us|µs|ms|s|m|h)/g))
    nanoseconds += Number(amount) * unitNanoseconds[unit!]!;
  if (nanoseconds > 0 && nanoseconds < 1e6)
    throw new InstructionError(`Interval ${JSON.stringify(name)} cannot be less than 1ms`);
  return Math.round(nanoseconds);
}
