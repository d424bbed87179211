/** Where we do something else than dockerd on purpose. Everything that is not listed here must be the same. */
export interface Difference {
  readonly scenario: string;
  /** Index of the step among those recorded. */
  readonly step: number;
  /** `exit`, `stdout`, `stderr`, `status`, `type`, `body`, or the name of a field; with the way into an object. */
  readonly part: string;
  /** What we do instead, normalised. */
  readonly ours: unknown;
  readonly reason: string;
}

const newestVersion = "we speak API versions up to 1.55";
const clientsMistake = "a number that is none is the client's mistake, as everywhere else";
const refusedAtOnce = "dockerd accepts it and fails when the container starts; we refuse it at once";
const noIpv6 = "the default bridge has no IPv6 and we publish without a proxy, so nothing listens on [::]";

export const differences: readonly Difference[] = [
  {
    scenario: "a version that is too new",
    step: 0,
    part: "body.message",
    ours: "client version 1.99 is too new. Maximum supported API version is 1.55",
    reason: newestVersion,
  },
  {
    scenario: "a version that is too new",
    step: 1,
    part: "body.message",
    ours: "client version 2.0 is too new. Maximum supported API version is 1.55",
    reason: newestVersion,
  },
  {
    scenario: "the version",
    step: 0,
    part: "MinAPIVersion",
    ours: "1.20",
    reason: "we do not cut off old clients",
  },
  {
    scenario: "a container's whole record",
    step: 1,
    part: "HostConfig.Runtime",
    ours: "crun",
    reason: "crun is preferred where it works",
  },
  { scenario: "bad numbers in the query", step: 0, part: "status", ours: 400, reason: clientsMistake },
  { scenario: "bad numbers in the query", step: 1, part: "status", ours: 400, reason: clientsMistake },
  {
    scenario: "an added group",
    step: 0,
    part: "stdout",
    ours: "uid=1000(ann) gid=1000(ann) groups=50(staff),1000(ann)\n",
    reason: "a group that is given twice is set once",
  },
  {
    scenario: "a line longer than any buffer",
    step: 1,
    part: "stdout",
    ours: ["100004 bytes, 1b15d63f"],
    reason: "dockerd counts the pieces of 16 KiB that it cuts a long line into; we count lines",
  },
  {
    scenario: "not HTTP at all",
    step: 0,
    part: "body",
    ours: "400 Bad Request: malformed request line",
    reason: "it tells what is wrong",
  },
  { scenario: "bad log options", step: 0, part: "exit", ours: 1, reason: refusedAtOnce },
  { scenario: "bad log options", step: 0, part: "stdout", ours: undefined, reason: refusedAtOnce },
  {
    scenario: "bad log options",
    step: 0,
    part: "stderr",
    ours: "Error response from daemon: invalid max-size: invalid size: 'x'\n",
    reason: refusedAtOnce,
  },
  {
    scenario: "a published port on all addresses",
    step: 1,
    part: "stdout",
    ours: "0.0.0.0:$port\n",
    reason: noIpv6,
  },
  {
    scenario: "a published port on all addresses",
    step: 2,
    part: "stdout",
    ours: "0.0.0.0:$port->80/tcp\n",
    reason: noIpv6,
  },
  {
    scenario: "all exposed ports",
    step: 0,
    part: "stdout",
    ours: ["", "53/udp -> 0.0.0.0:<port>", "80/tcp -> 0.0.0.0:<port>"],
    reason: noIpv6,
  },
  {
    scenario: "kernel settings that are not the container's",
    step: 2,
    part: "stderr",
    ours: [
      "docker: Error response from daemon: failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: the sysctl `net.ipv4.ip_forward` requires a new network namespace",
      "",
      "Run 'docker run --help' for more information",
      "",
    ],
    reason: "these are crun's words",
  },
];

/** Where only our command line differs from docker's. */
export const commandLineDifferences: readonly Difference[] = [];
