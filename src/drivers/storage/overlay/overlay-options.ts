import { existsSync } from "node:fs";
import { closeFile, openFile, openFlags } from "#platform/linux/open.ts";

export interface OverlayFolders {
  /** Topmost first; at least one. */
  readonly lower: readonly string[];
  readonly upper: string;
  readonly work: string;
}

/** mount(2) takes one page of options with its closing NUL. */
const longestOptions = 4095;

/**
 * Hands `use` the option text that overlays these folders. Where their paths do not fit into a page, or hold a character
 * that the text gives a meaning to, they are named by descriptors, which are open only during `use`.
 */
export function withOverlayOptions(
  folders: OverlayFolders,
  features: readonly string[],
  use: (options: string) => void,
) {
  const plain = optionText(folders, features);
  const all = [folders.upper, folders.work, ...folders.lower];
  if (Buffer.byteLength(plain) <= longestOptions && !all.some((path) => /[\\:,]/.test(path))) {
    use(plain);
    return;
  }
  const descriptors: number[] = [];
  const byDescriptor = (path: string) => {
    const fd = openFile({ path, flags: openFlags.path | openFlags.directory });
    descriptors.push(fd);
    return `/proc/self/fd/${fd}`;
  };
  try {
    const lower = folders.lower.map(byDescriptor);
    use(optionText({ lower, upper: byDescriptor(folders.upper), work: byDescriptor(folders.work) }, features));
  } finally {
    for (const fd of descriptors) closeFile(fd);
  }
}

function optionText({ lower, upper, work }: OverlayFolders, features: readonly string[]): string {
  return [`lowerdir=${lower.join(":")}`, `upperdir=${upper}`, `workdir=${work}`, ...features].join(",");
}

/**
 * Switches off what the kernel's or distribution's defaults may switch on: renames and copies that only store a reference
 * to a lower layer would make a container's folder unreadable on its own, and the index refuses layers that are in
 * use by several containers. Only what this kernel knows.
 */
export function overlayFeatures(parameters = "/sys/module/overlay/parameters"): readonly string[] {
  return ["index", "redirect_dir", "metacopy"]
    .filter((name) => existsSync(`${parameters}/${name}`))
    .map((name) => `${name}=off`);
}
