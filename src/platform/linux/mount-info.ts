import { readFileSync } from "node:fs";

/** One line of /proc/self/mountinfo. */
export interface MountInfo {
  readonly target: string;
  readonly type: string;
  readonly source: string;
  /** True when mounts made below it appear in other mount namespaces too. */
  readonly isShared: boolean;
}

/** All mounts of our namespace in the order they were made; a later one hides an earlier one at the same target. */
export function readMountInfo(path = "/proc/self/mountinfo"): MountInfo[] {
  return readFileSync(path, "utf8").split("\n").filter(Boolean).map(parseMountInfoLine);
}

/** The mount that `path` (absolute, without symbolic links) lies on. */
export function mountOf(path: string, mounts: readonly MountInfo[]): MountInfo | undefined {
  let best: MountInfo | undefined;
  for (const mount of mounts) {
    const prefix = mount.target === "/" ? "/" : `${mount.target}/`;
    if (path !== mount.target && !path.startsWith(prefix)) continue;
    if (!best || mount.target.length >= best.target.length) best = mount;
  }
  return best;
}

export function parseMountInfoLine(line: string): MountInfo {
  const [front = "", back = ""] = line.split(" - ");
  const fields = front.split(" ");
  const [type = "", source = ""] = back.split(" ");
  return {
    target: unescapeOctal(fields[4] ?? ""),
    type,
    source: unescapeOctal(source),
    isShared: fields.slice(6).some((tag) => tag.startsWith("shared:")),
  };
}

/** The kernel writes space, tab, newline and backslash as `\040` and so on. */
function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
