import type { MountPoint } from "#api/types/container.ts";
import { invalidOption } from "./container-errors.ts";

/** What docker mounts a tmpfs with, unless its user says otherwise. */
const defaults = ["noexec", "nosuid", "nodev"];

const flags = new Set(
  "defaults ro rw suid nosuid dev nodev exec noexec sync async dirsync remount mand nomand atime noatime diratime nodiratime bind rbind unbindable runbindable private rprivate shared rshared slave rslave relatime norelatime strictatime nostrictatime".split(
    " ",
  ),
);
const values = new Set(["mode", "uid", "gid", "size", "nr_inodes", "nr_blocks", "mpol"]);

/** The options of `--tmpfs /path:OPTIONS`, over docker's defaults. Throws `invalid tmpfs option`. */
export function tmpfsOptionsOf(text: string): readonly string[] {
  const asked = text === "" ? [] : text.split(",");
  for (const option of asked) {
    const [name = "", value] = option.split("=", 2);
    if (value === undefined ? !flags.has(name) : !values.has(name))
      throw invalidOption(`invalid tmpfs option ${JSON.stringify(option)}`);
  }
  const kept = defaults.filter((option) => !asked.includes(option.slice(2)) && !asked.includes(option));
  return [...kept, ...asked.filter((option) => option !== "defaults")];
}

/** The same from the fields of `--mount type=tmpfs`. */
export function tmpfsOptionsOfMount({ ReadOnly, TmpfsOptions }: MountPoint): readonly string[] {
  const options = [...defaults];
  if (ReadOnly) options.push("ro");
  if (TmpfsOptions?.SizeBytes) options.push(`size=${TmpfsOptions.SizeBytes}`);
  if (TmpfsOptions?.Mode) options.push(`mode=${TmpfsOptions.Mode.toString(8).padStart(4, "0")}`);
  for (const option of TmpfsOptions?.Options ?? [])
    options.push(...tmpfsOptionsOf(option.join("=")).filter((word) => !defaults.includes(word)));
  return options;
}
