import { parseIp } from "#formats/ip-address/ip-address.ts";
import { PlatformError, parsePlatform } from "#formats/manifest/platform.ts";
import { CommandError, FlagValueError } from "../command.ts";
import type { ContainerFlags } from "./container-config.ts";

const bad = (message: string) => new CommandError(125, message);

/** What docker's command line refuses before it asks the daemon, in its words. */
export function checkValues(flags: ContainerFlags): void {
  checkWeight(flags["blkio-weight"]);
  for (const address of flags.dns)
    if (!parseIp(address.trim()))
      throw new FlagValueError(address, "--dns", `IP address is not correctly formatted: ${address}`);
  for (const label of flags.label)
    if (label.split("=", 1)[0]!.trim() === "")
      throw new FlagValueError(label, "-l, --label", `invalid label '${label}': empty name`);
  for (const [name, value] of Object.entries(flags.sysctl))
    if (!isNamespacedSysctl(name)) {
      const text = value === "" ? name : `${name}=${value}`;
      throw new FlagValueError(text, "--sysctl", `sysctl '${text}' is not allowed`);
    }
  checkModes(flags);
  const swappiness = flags["memory-swappiness"] ?? -1;
  if (swappiness !== -1 && (swappiness < 0 || swappiness > 100))
    throw bad(`invalid value: ${swappiness}. Valid memory swappiness range is 0-100`);
  const address = flags["mac-address"];
  if (address !== undefined && !isMacAddress(address.trim())) throw bad(`${address} is not a valid mac address`);
  if (flags["storage-opt"].some((option) => !option.includes("="))) throw bad("invalid storage option");
  checkPlatform(flags.platform);
}

function checkWeight(weight: number | undefined): void {
  if (weight === undefined || (weight >= 0 && weight <= 65_535)) return;
  const why = weight < 0 ? "invalid syntax" : "value out of range";
  const text = String(weight);
  throw new FlagValueError(text, "--blkio-weight", `strconv.ParseUint: parsing ${JSON.stringify(text)}: ${why}`);
}

const ipcSysctls = new Set(
  ["msgmax", "msgmnb", "msgmni", "sem", "shmall", "shmmax", "shmmni", "shm_rmid_forced"].map(
    (name) => `kernel.${name}`,
  ),
);

/** Others would change the host. */
const isNamespacedSysctl = (name: string) =>
  ipcSysctls.has(name) || name.startsWith("net.") || name.startsWith("fs.mqueue.");

function checkModes({ pid, uts, userns, cgroupns }: ContainerFlags): void {
  const isContainer = (mode: string) => /^container:./.test(mode);
  if (pid && pid !== "host" && !isContainer(pid)) throw bad("--pid: invalid PID mode");
  if (uts && uts !== "host") throw bad("--uts: invalid UTS mode");
  if (userns && userns !== "host") throw bad("--userns: invalid USER mode");
  if (cgroupns && cgroupns !== "host" && cgroupns !== "private") throw bad("--cgroupns: invalid CGROUP mode");
}

/** Six, eight or twenty bytes with colons, dashes or (in pairs) dots, as Go reads them. */
const isMacAddress = (text: string) =>
  /^([0-9a-f]{2}([:-])[0-9a-f]{2}(\2[0-9a-f]{2}){4}((\2[0-9a-f]{2}){2}|(\2[0-9a-f]{2}){14})?|([0-9a-f]{4}\.){2}[0-9a-f]{4}(\.[0-9a-f]{4}|(\.[0-9a-f]{4}){7})?)$/i.test(
    text,
  );

function checkPlatform(platform: string | undefined): void {
  if (platform === undefined || platform === "") return;
  try {
    parsePlatform(platform, { os: "linux", architecture: "amd64", variant: "" });
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    throw bad(`error parsing specified platform: ${error.message}`);
  }
}
