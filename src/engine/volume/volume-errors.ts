import { EngineError } from "#base/errors/engine-error.ts";

export const noSuchVolume = (name: string) =>
  new EngineError("not-found", "volume.no-such", `get ${name}: no such volume`);
export const volumeInUse = (name: string, containers: readonly string[]) =>
  new EngineError("conflict", "volume.in-use", `remove ${name}: volume is in use - [${containers.join(", ")}]`);
export const invalidVolumeName = (name: string) =>
  new EngineError(
    "invalid-argument",
    "volume.invalid-name",
    `create ${name}: "${name}" includes invalid characters for a local volume name, only "[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. If you intended to pass a host directory, use absolute path`,
  );
export const volumeNameTooShort = (name: string) =>
  new EngineError(
    "invalid-argument",
    "volume.name-too-short",
    `create ${name}: volume name is too short, names should be at least two alphanumeric characters`,
  );
export const noSuchVolumeDriver = (name: string, driver: string) =>
  new EngineError(
    "not-found",
    "volume.no-such-driver",
    `create ${name}: error looking up volume plugin ${driver}: plugin "${driver}" not found`,
  );
export const volumeOptionsNotBuilt = (name: string) =>
  new EngineError(
    "not-implemented",
    "volume.options-not-built",
    `create ${name}: options of the local volume driver are not supported by this version of wherry`,
  );
