import type { MountPoint } from "#api/types/container.ts";
import { parseBytes } from "#formats/units/size.ts";
import { FlagValueError } from "../command.ts";
import { csvFields } from "./csv-fields.ts";

type Draft = { -readonly [K in keyof MountPoint]: MountPoint[K] };

const bad = (text: string, why: string) => new FlagValueError(text, "--mount", why);

const truth = (text: string, key: string, value: string | undefined): boolean => {
  if (value === undefined || value === "true" || value === "1") return true;
  if (value === "false" || value === "0") return false;
  throw bad(text, `invalid value for ${key}: ${value}`);
};

/** `--mount type=bind,source=/a,target=/b,readonly`; the type is volume when none is given. */
export function parseMount(text: string): MountPoint {
  const mount: Draft = { Type: "volume" };
  for (const field of csvFields(text)) {
    const [rawKey, ...rest] = field.split("=");
    const key = rawKey!.toLowerCase();
    applyField(mount, text, key, rest.length === 0 ? undefined : rest.join("="));
  }
  if (!mount.Type) throw bad(text, "type is required");
  if (!mount.Target) throw bad(text, "target is required");
  const wrong = (["BindOptions", "VolumeOptions", "ImageOptions", "TmpfsOptions"] as const).find(
    (options) => mount[options] !== undefined && options !== optionsOf[mount.Type!],
  );
  if (wrong) {
    const family = wrong.replace("Options", "").toLowerCase();
    throw bad(text, `cannot mix '${family}-*' options with mount type '${mount.Type}'`);
  }
  return mount;
}

const optionsOf: Readonly<Record<string, string>> = {
  bind: "BindOptions",
  volume: "VolumeOptions",
  image: "ImageOptions",
  tmpfs: "TmpfsOptions",
};

function applyField(mount: Draft, text: string, key: string, value: string | undefined): void {
  switch (key) {
    case "readonly":
    case "ro":
      mount.ReadOnly = truth(text, key, value);
      return;
    case "volume-nocopy":
      mount.VolumeOptions = { ...mount.VolumeOptions, NoCopy: truth(text, key, value) };
      return;
    case "bind-nonrecursive":
      mount.BindOptions = { ...mount.BindOptions, NonRecursive: truth(text, key, value) };
      return;
    case "bind-create-src":
      mount.BindOptions = { ...mount.BindOptions, CreateMountpoint: truth(text, key, value) };
      return;
    default:
      if (value === undefined) throw bad(text, `invalid field '${key}' must be a key=value pair`);
      applyValue(mount, text, key, value);
  }
}

function applyValue(mount: Draft, text: string, key: string, value: string): void {
  const pair = () => {
    const [name, ...rest] = value.split("=");
    return { [name!]: rest.join("=") };
  };
  switch (key) {
    case "type":
      mount.Type = value.toLowerCase();
      return;
    case "source":
    case "src":
      mount.Source = value;
      return;
    case "target":
    case "dst":
    case "destination":
      mount.Target = value;
      return;
    case "consistency":
      mount.Consistency = value.toLowerCase();
      return;
    case "bind-propagation":
      mount.BindOptions = { ...mount.BindOptions, Propagation: value.toLowerCase() };
      return;
    case "bind-recursive":
      mount.BindOptions = { ...mount.BindOptions, ...recursion(text, value) };
      return;
    case "volume-subpath":
      mount.VolumeOptions = { ...mount.VolumeOptions, Subpath: value };
      return;
    case "volume-label":
      mount.VolumeOptions = { ...mount.VolumeOptions, Labels: { ...mount.VolumeOptions?.Labels, ...pair() } };
      return;
    case "volume-driver":
      mount.VolumeOptions = {
        ...mount.VolumeOptions,
        DriverConfig: { ...mount.VolumeOptions?.DriverConfig, Name: value },
      };
      return;
    case "volume-opt": {
      const driver = mount.VolumeOptions?.DriverConfig;
      mount.VolumeOptions = {
        ...mount.VolumeOptions,
        DriverConfig: { ...driver, Options: { ...driver?.Options, ...pair() } },
      };
      return;
    }
    case "image-subpath":
      mount.ImageOptions = { ...mount.ImageOptions, Subpath: value };
      return;
    case "tmpfs-size":
      mount.TmpfsOptions = { ...mount.TmpfsOptions, SizeBytes: sizeOf(text, key, value) };
      return;
    case "tmpfs-mode":
      if (!/^[0-7]+$/.test(value)) throw bad(text, `invalid value for ${key}: ${value}`);
      mount.TmpfsOptions = { ...mount.TmpfsOptions, Mode: Number.parseInt(value, 8) };
      return;
    default:
      throw bad(text, `unexpected key '${key}' in '${key}=${value}'`);
  }
}

function sizeOf(text: string, key: string, value: string): number {
  try {
    return parseBytes(value);
  } catch {
    throw bad(text, `invalid value for ${key}: ${value}`);
  }
}

function recursion(text: string, value: string): NonNullable<MountPoint["BindOptions"]> {
  switch (value) {
    case "enabled":
      return {};
    case "disabled":
      return { NonRecursive: true };
    case "writable":
      return { ReadOnlyNonRecursive: true };
    case "readonly":
      return { ReadOnlyForceRecursive: true };
    default:
      throw bad(
        text,
        `invalid value for bind-recursive: ${value} (must be "enabled", "disabled", "writable", or "readonly")`,
      );
  }
}
