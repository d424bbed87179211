/** What an image or a list entry is built for, in Go's names. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  /** "v7" and the like, empty when it makes no difference. */
  readonly variant: string;
}

/** Thrown in the words of containerd's platforms package. */
export class PlatformError extends Error {
  override readonly name = "PlatformError";
}

const architectures: Readonly<Record<string, string>> = {
  x64: "amd64",
  x86_64: "amd64",
  "x86-64": "amd64",
  aarch64: "arm64",
  i386: "386",
  ia32: "386",
};
const armVariants: Readonly<Record<string, string>> = { armhf: "v7", armel: "v6" };
const knownOperatingSystems = new Set(
  "aix android darwin dragonfly freebsd illumos ios js linux netbsd openbsd plan9 solaris wasip1 windows".split(" "),
);
const knownArchitectures = new Set(
  "386 amd64 amd64p32 arm armbe arm64 arm64be ppc64 ppc64le loong64 mips mipsle mips64 mips64le mips64p32 mips64p32le ppc riscv riscv64 s390 s390x sparc sparc64 wasm".split(
    " ",
  ),
);

/** One spelling for each platform: amd64 for x86_64, v7 for plain arm, no variant where it says nothing. */
export function normalizePlatform({ os, architecture, variant }: Platform): Platform {
  let arch = architecture.toLowerCase();
  let level = variant.toLowerCase();
  if (armVariants[arch]) {
    level = armVariants[arch]!;
    arch = "arm";
  }
  arch = architectures[arch] ?? arch;
  if (arch === "arm" && level === "") level = "v7";
  else if (arch === "arm" && /^[5-8]$/.test(level)) level = `v${level}`;
  else if (arch === "arm64" && ["8", "v8", "v8.0"].includes(level)) level = "";
  else if (arch === "amd64" && level === "v1") level = "";
  return { os: (os === "macos" ? "darwin" : os).toLowerCase(), architecture: arch, variant: level };
}

/**
 * Reads `--platform`: "linux/arm64/v8", "arm64", "linux"; what is left out is taken from `host`. Throws PlatformError.
 */
export function parsePlatform(text: string, host: Platform): Platform {
  const parts = text.split("/");
  if (parts.length > 3 || text === "") throw new PlatformError(quoted(text, "cannot parse platform specifier"));
  for (const [i, part] of parts.entries()) {
    if (i === 0 && !/^[A-Za-z0-9_-]+$/.test(part)) throw new PlatformError(invalidSystem(part, text));
    if (!/^[A-Za-z0-9_.-]+$/.test(part))
      throw new PlatformError(
        `"${part}" is an invalid component of "${text}": platform specifier component must match "^[A-Za-z0-9_.-]+$": invalid argument`,
      );
  }
  const [first, second, third] = parts;
  if (second !== undefined) return normalizePlatform({ os: first!, architecture: second, variant: third ?? "" });
  const single = normalizePlatform({ os: first!, architecture: first!, variant: "" });
  if (knownOperatingSystems.has(single.os)) return { ...host, os: single.os };
  if (knownArchitectures.has(single.architecture)) return { ...single, os: host.os };
  throw new PlatformError(quoted(text, "unknown operating system or architecture"));
}

export const formatPlatform = ({ os, architecture, variant }: Platform): string =>
  [os, architecture, variant].filter((part) => part !== "").join("/");

/**
 * How well an image of `candidate` runs on `wanted`: 0 is itself, higher is an older level of the same family (arm v6 on
 * v7, 386 on amd64), undefined does not run.
 */
export function platformRank(candidate: Platform, wanted: Platform): number | undefined {
  const normal = formatPlatform(normalizePlatform(candidate));
  const rank = runnable(normalizePlatform(wanted)).findIndex((platform) => formatPlatform(platform) === normal);
  return rank === -1 ? undefined : rank;
}

function runnable(platform: Platform): readonly Platform[] {
  const { os, architecture, variant } = platform;
  const level = Number(variant.slice(1));
  const older = (floor: number): Platform[] =>
    Array.from({ length: Math.max(0, level - floor) }, (_, i) =>
      normalizePlatform({ os, architecture, variant: `v${level - 1 - i}` }),
    );
  if (architecture === "amd64") return [platform, ...older(1), { os, architecture: "386", variant: "" }];
  if (architecture === "arm") return [platform, ...older(5)];
  if (architecture === "arm64" && variant === "")
    return [platform, ...runnable({ os, architecture: "arm", variant: "v8" })];
  return [platform];
}

const invalidSystem = (part: string, text: string): string =>
  `"${part}" is an invalid OS component of "${text}": OSAndVersion specifier component must match "^([A-Za-z0-9_-]+)(?:\\\\(([A-Za-z0-9_.%-]*)((?:\\\\+[A-Za-z0-9_.%-]+)*)\\\\))?$": invalid argument`;

const quoted = (text: string, reason: string): string => `"${text}": ${reason}: invalid argument`;
