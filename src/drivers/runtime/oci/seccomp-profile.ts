import { RuntimeError } from "../runtime-driver.ts";
import type { OciSeccomp } from "./oci-spec.ts";

/** docker's profile format: rules that apply under conditions. */
export interface SeccompProfile {
  readonly defaultAction: string;
  readonly defaultErrnoRet?: number;
  readonly architectures?: readonly string[];
  readonly archMap?: readonly { readonly architecture: string; readonly subArchitectures?: readonly string[] | null }[];
  readonly flags?: readonly string[];
  readonly listenerPath?: string;
  readonly listenerMetadata?: string;
  readonly syscalls?: readonly SeccompRule[] | null;
}

export interface SeccompRule {
  readonly names?: readonly string[];
  /** The older form with one name. */
  readonly name?: string;
  readonly action: string;
  readonly errnoRet?: number;
  readonly args?: readonly SeccompArgument[] | null;
  readonly includes?: SeccompCondition;
  readonly excludes?: SeccompCondition;
}

interface SeccompArgument {
  readonly index: number;
  readonly value: number;
  readonly valueTwo?: number;
  readonly op: string;
}

interface SeccompCondition {
  readonly arches?: readonly string[] | null;
  readonly caps?: readonly string[] | null;
  /** "4.8": this kernel or a newer one. */
  readonly minKernel?: string;
}

/** What the conditions of a profile are asked about. */
export interface SeccompCircumstances {
  /** Go's name: amd64, arm64, … */
  readonly architecture: string;
  /** The container's bounding set, "CAP_…". */
  readonly capabilities: ReadonlySet<string>;
  /** As uname(2) has it, "6.1.0-18-amd64". */
  readonly kernelRelease: string;
}

const seccompArchitectures: Readonly<Record<string, string>> = {
  amd64: "SCMP_ARCH_X86_64",
  arm64: "SCMP_ARCH_AARCH64",
  riscv64: "SCMP_ARCH_RISCV64",
  s390x: "SCMP_ARCH_S390X",
  ppc64le: "SCMP_ARCH_PPC64LE",
};

/** Reads a user's profile. Throws RuntimeError with docker's words when it is none. */
export function parseSeccompProfile(text: string): SeccompProfile {
  let profile: unknown;
  try {
    profile = JSON.parse(text);
  } catch (error) {
    throw profileError(error instanceof Error ? error.message : String(error), error);
  }
  if (typeof profile !== "object" || profile === null || Array.isArray(profile)) throw profileError("not an object");
  const candidate = profile as SeccompProfile;
  if (candidate.architectures?.length && candidate.archMap?.length) {
    throw profileError(
      "both 'architectures' and 'archMap' are specified in the seccomp profile, use either 'architectures' or 'archMap'",
    );
  }
  return candidate;
}

/** The rules of a profile that hold here, in the form of the runtime's configuration. */
export function resolveSeccompProfile(profile: SeccompProfile, circumstances: SeccompCircumstances): OciSeccomp {
  const native = seccompArchitectures[circumstances.architecture];
  const mapped = profile.archMap?.find(({ architecture }) => architecture === native);
  const architectures = mapped
    ? [mapped.architecture, ...(mapped.subArchitectures ?? [])]
    : profile.architectures?.length
      ? [...profile.architectures]
      : undefined;
  const rules = (profile.syscalls ?? []).filter((rule) => holds(rule, circumstances));
  return {
    defaultAction: profile.defaultAction,
    defaultErrnoRet: profile.defaultErrnoRet,
    architectures,
    flags: profile.flags,
    listenerPath: profile.listenerPath,
    listenerMetadata: profile.listenerMetadata,
    syscalls: rules.map((rule) => ({
      names: rule.names?.length ? rule.names : [rule.name ?? ""],
      action: rule.action,
      errnoRet: rule.errnoRet,
      args: rule.args?.length ? rule.args : undefined,
    })),
  };
}

function holds(
  { includes, excludes }: SeccompRule,
  { architecture, capabilities, kernelRelease }: SeccompCircumstances,
) {
  if (excludes?.arches?.includes(architecture)) return false;
  if (excludes?.caps?.some((capability) => capabilities.has(capability))) return false;
  if (excludes?.minKernel && isAtLeast(kernelRelease, excludes.minKernel)) return false;
  if (includes?.arches?.length && !includes.arches.includes(architecture)) return false;
  if (includes?.caps && !includes.caps.every((capability) => capabilities.has(capability))) return false;
  return !includes?.minKernel || isAtLeast(kernelRelease, includes.minKernel);
}

function isAtLeast(release: string, wanted: string): boolean {
  const [major = 0, minor = 0] = release.split(/[.-]/).map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = wanted.split(".").map(Number);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}

function profileError(why: string, cause?: unknown): RuntimeError {
  const detail = `Decoding seccomp profile failed: ${why}`;
  return new RuntimeError(detail, detail, { reason: "description", cause });
}
