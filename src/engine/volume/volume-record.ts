export interface VolumeRecord {
  readonly name: string;
  /** RFC 3339. */
  readonly createdAt: string;
  /** Null when the user gave none, as docker shows it. */
  readonly labels: Readonly<Record<string, string>> | null;
  /** Made for a container that named none: removed with it. */
  readonly anonymous: boolean;
  /** Its data is being deleted; a daemon that finds this at its start goes on with it. */
  readonly removing?: true;
}
