import { type Infer, map, object, string } from "../schema.ts";

export const VolumeCreate = object({ Name: string, Driver: string, DriverOpts: map(string), Labels: map(string) });
export type VolumeCreate = Infer<typeof VolumeCreate>;

export interface Volume {
  readonly CreatedAt: string;
  readonly Driver: string;
  readonly Labels: Readonly<Record<string, string>> | null;
  readonly Mountpoint: string;
  readonly Name: string;
  readonly Options: Readonly<Record<string, string>> | null;
  readonly Scope: string;
}
