import type { ContainerConfig, HostConfig, NetworkingConfig } from "#api/types/container.ts";
import type { Endpoint } from "../network/network-record.ts";
import type { Status } from "./container-state.ts";

/** A container as it is kept in the database: what was asked for, and how it stands. Never changed, only replaced. */
export interface ContainerRecord {
  readonly id: string;
  /** Without the slash that the API puts before it. */
  readonly name: string;
  /** RFC 3339 with nanoseconds, as all times here. */
  readonly createdAt: string;
  readonly image: {
    /** What the user typed. */
    readonly ref: string;
    readonly id: string;
    readonly os: string;
    /** Chain id, so that a container outlives its image's name. */
    readonly topLayer: string | undefined;
  };
  /** The user's wishes merged with the image's defaults. */
  readonly config: ContainerConfig;
  /** With defaults filled in. */
  readonly hostConfig: HostConfig;
  readonly networking: NetworkingConfig;
  readonly mounts: readonly ContainerMount[];
  readonly state: ContainerState;
  /** Where it is in a bridge network; only while it runs. */
  readonly endpoint?: Endpoint;
  /** The network it was in when it last ran: inspect goes on naming it. */
  readonly lastNetworkId?: string;
}

export interface ContainerState {
  readonly status: Status;
  /** Host pid of the container's init; 0 when it does not run, and in a record written before its start was over. */
  readonly pid: number;
  readonly exitCode: number;
  /** Why the last start failed, in the user's words; else empty. */
  readonly error: string;
  readonly oomKilled: boolean;
  /** Empty until the first start. */
  readonly startedAt: string;
  readonly finishedAt: string;
  /** Restarts by the restart policy since the user's last start. */
  readonly restartCount: number;
  /** The user asked for its end: `unless-stopped` does not bring it back. */
  readonly stoppedByUser: boolean;
}

/** A mount that the user or the image asked for, resolved to a host path. */
export interface ContainerMount {
  readonly type: "bind" | "volume" | "tmpfs";
  /** Of volumes. */
  readonly name?: string;
  /** Absolute host path; empty for tmpfs. */
  readonly source: string;
  readonly destination: string;
  /** The options as the user wrote them (`ro,z`), for inspect. */
  readonly mode: string;
  readonly readWrite: boolean;
  /** rprivate, rshared, …; empty for volumes and tmpfs. */
  readonly propagation: string;
  /** Kernel mount options of a tmpfs. */
  readonly tmpfsOptions?: readonly string[];
  /** A bind without the mounts below its source. */
  readonly nonRecursive?: true;
  /** A bind whose source is made when it is missing (`-v`, not `--mount`). */
  readonly createSource?: true;
  /** A volume that does not take the image's content. */
  readonly noCopy?: true;
  /** From HostConfig.Tmpfs, which inspect does not list among the mounts. */
  readonly hidden?: true;
}

export const initialState: ContainerState = {
  status: "created",
  pid: 0,
  exitCode: 0,
  error: "",
  oomKilled: false,
  startedAt: "",
  finishedAt: "",
  restartCount: 0,
  stoppedByUser: false,
};

export const withState = (record: ContainerRecord, change: Partial<ContainerState>): ContainerRecord => ({
  ...record,
  state: { ...record.state, ...change },
});
