import { readFileSync } from "node:fs";
import type { RestartPolicy } from "#api/types/container.ts";
import { explainJsonError } from "#formats/json/explain-json-error.ts";
import { parseBytes } from "#formats/units/size.ts";
import { CommandError, FlagValueError } from "../command.ts";
import { csvFields } from "./csv-fields.ts";

const bad = (message: string) => new CommandError(125, message);

/** `no`, `always`, `unless-stopped`, `on-failure[:count]`. */
export function parseRestartPolicy(text: string): RestartPolicy {
  const colon = text.indexOf(":");
  const name = colon === -1 ? text : text.slice(0, colon);
  const count = colon === -1 ? undefined : text.slice(colon + 1);
  if (name === "" && text !== "") throw bad("invalid restart policy format: no policy provided before colon");
  if (count === undefined) return { Name: name, MaximumRetryCount: 0 };
  if (!/^-?\d+$/.test(count)) throw bad("invalid restart policy format: maximum retry count must be an integer");
  return { Name: name, MaximumRetryCount: Number(count) };
}

const ulimitNames = new Set(
  "core cpu data fsize locks memlock msgqueue nice nofile nproc rss rtprio rttime sigpending stack".split(" "),
);

/** `nofile=1024:2048`; one number stands for both. */
export function parseUlimit(text: string): { Name: string; Soft: number; Hard: number } {
  const fail = (why: string) => new FlagValueError(text, "--ulimit", why);
  const match = /^([a-z]+)=(.*)$/.exec(text);
  if (!match) throw fail(`invalid ulimit argument: ${text}`);
  if (!ulimitNames.has(match[1]!)) throw fail(`invalid ulimit type: ${match[1]}`);
  const [soft, hard = soft, ...rest] = match[2]!.split(":");
  if (rest.length > 0)
    throw fail(`too many limit value arguments - ${match[2]}, can only have up to two, \`soft[:hard]\``);
  for (const part of [soft!, hard!])
    if (!/^-?\d+$/.test(part)) throw fail(`strconv.ParseInt: parsing ${JSON.stringify(part)}: invalid syntax`);
  if (Number(hard) >= 0 && (Number(soft) > Number(hard) || Number(soft) < 0))
    throw fail(`ulimit soft limit must be less than or equal to hard limit: ${soft} > ${hard}`);
  return { Name: match[1]!, Soft: Number(soft), Hard: Number(hard) };
}

/** `/dev/x[:/dev/y][:rwm]`. */
export function parseDevice(text: string): { PathOnHost: string; PathInContainer: string; CgroupPermissions: string } {
  const [host, second, third, ...rest] = text.split(":");
  if (rest.length > 0 || host === "") throw bad(`bad format for path: ${text}`);
  const isMode = (part: string | undefined) => part !== undefined && /^[rwm]{1,3}$/.test(part);
  const permissions = third ?? (isMode(second) ? second : undefined) ?? "rwm";
  if (!isMode(permissions)) throw bad(`bad mode specified: ${permissions}`);
  return {
    PathOnHost: host!,
    PathInContainer: second === undefined || isMode(second) ? host! : second,
    CgroupPermissions: permissions,
  };
}

/** `/dev/sda:1mb`. */
export function parseThrottle(text: string, flag: string): { path: string; rate: number } {
  const fail = (why: string) => new FlagValueError(text, `--${flag}`, why);
  const [path, rate, ...rest] = text.split(":");
  if (rate === undefined || rest.length > 0) throw fail(`bad format: ${text}`);
  if (!path!.startsWith("/dev/")) throw fail(`bad format for device path: ${text}`);
  try {
    return { path: path!, rate: flag.endsWith("bps") ? parseBytes(rate) : integer(rate) };
  } catch {
    const units = flag.endsWith("bps") ? "[<unit>]" : "";
    const tail = units === "" ? "" : ". Unit is optional and can be kb, mb, or gb";
    throw fail(
      `invalid rate for device: ${text}. The correct format is <device-path>:<number>${units}. Number must be a positive integer${tail}`,
    );
  }
}

function integer(text: string): number {
  if (!/^\d+$/.test(text)) throw new Error("not a number");
  return Number(text);
}

export function parseLogOptions(driver: string | undefined, options: readonly string[]): Record<string, string> {
  if (driver === "none" && options.length > 0) throw bad("invalid logging opts for driver none");
  return Object.fromEntries(
    options.map((option) => {
      const [key, ...value] = option.split("=");
      return [key!, value.join("=")];
    }),
  );
}

/** A seccomp profile is a file of ours: the daemon gets its text. */
export function readSecurityOptions(options: readonly string[]): string[] {
  return options.map((option) => {
    const [key, ...rest] = option.split("=");
    const value = rest.join("=");
    if (rest.length === 0 && key !== "no-new-privileges" && !key!.includes(":"))
      throw bad(`Invalid --security-opt: ${JSON.stringify(option)}`);
    if (key !== "seccomp" || value === "unconfined" || value === "builtin" || value === "") return option;
    return `seccomp=${compactProfile(value)}`;
  });
}

function compactProfile(path: string): string {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const why =
      (error as NodeJS.ErrnoException).code === "ENOENT" ? "no such file or directory" : (error as Error).message;
    throw bad(`opening seccomp profile (${path}) failed: open ${path}: ${why}`);
  }
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    const fault = explainJsonError(text);
    const why = fault?.kind === "syntax" && fault.message !== "unexpected EOF" ? fault.message : undefined;
    throw bad(`compacting json for seccomp profile (${path}) failed: ${why ?? "unexpected end of JSON input"}`);
  }
}

/** `all`, a count, or `device=0,capabilities=utility`. */
export function parseGpus(text: string): Record<string, unknown> {
  const request: Record<string, unknown> = {
    Driver: "",
    Count: 0,
    DeviceIDs: null,
    Capabilities: [["gpu"]],
    Options: {},
  };
  for (const field of csvFields(text)) {
    const [key, ...rest] = field.split("=");
    const value = rest.join("=");
    if (rest.length === 0 && key === "all") request["Count"] = -1;
    else if (rest.length === 0 && /^\d+$/.test(key!)) request["Count"] = Number(key);
    else if (key === "count") request["Count"] = value === "all" ? -1 : Number(value);
    else if (key === "device") request["DeviceIDs"] = value.split(",");
    else if (key === "driver") request["Driver"] = value;
    else if (key === "capabilities") request["Capabilities"] = [[...value.split(","), "gpu"]];
    else throw new FlagValueError(text, "--gpus", `unexpected key '${key}' in '${field}'`);
  }
  return request;
}
