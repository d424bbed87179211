import { invalidOption } from "./container-errors.ts";

export interface SecurityOptions {
  readonly noNewPrivileges: boolean;
  /** "default", "unconfined" or a profile's text. */
  readonly seccomp: string;
}

/** Reads `--security-opt` over the daemon's default. AppArmor and SELinux options are taken where they ask for nothing. Throws in docker's words. */
export function parseSecurityOptions(
  options: readonly string[],
  defaults: { readonly noNewPrivileges: boolean } = { noNewPrivileges: false },
): SecurityOptions {
  let { noNewPrivileges } = defaults;
  let seccomp = "default";
  for (const option of options) {
    if (option === "no-new-privileges") {
      noNewPrivileges = true;
      continue;
    }
    const match = /^([^=:]+)[=:](.*)$/s.exec(option);
    if (!match) throw invalidOption(`invalid --security-opt 1: ${JSON.stringify(option)}`);
    const [, key, value = ""] = match;
    if (key === "seccomp") seccomp = value === "builtin" ? "default" : checkProfile(value);
    else if (key === "no-new-privileges") noNewPrivileges = parseBoolean(value, option);
    else if (key !== "apparmor" && key !== "label" && key !== "systempaths")
      throw invalidOption(`invalid --security-opt 2: ${JSON.stringify(option)}`);
  }
  return { noNewPrivileges, seccomp };
}

function checkProfile(text: string): string {
  if (text === "unconfined" || text === "default") return text;
  try {
    JSON.parse(text);
    return text;
  } catch (cause) {
    throw invalidOption(`Decoding seccomp profile failed: ${(cause as Error).message}`);
  }
}

function parseBoolean(text: string, option: string): boolean {
  if (["1", "t", "T", "true", "TRUE", "True"].includes(text)) return true;
  if (["0", "f", "F", "false", "FALSE", "False"].includes(text)) return false;
  throw invalidOption(`invalid --security-opt 2: ${JSON.stringify(option)}`);
}
