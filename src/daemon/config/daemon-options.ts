/**
 * Every option of the daemon once: its flag, its key in daemon.json, its default. The flag set, the reader of the file, the
 * merge of both and the help are made from this table. Keys are dockerd's, so that an existing file can be taken over.
 */
export interface DaemonOption {
  /** Long name of the flag. */
  readonly flag: string;
  readonly short?: string;
  /** Older names with the same meaning. */
  readonly also?: readonly string[];
  /** Key in daemon.json; undefined for what only makes sense on the command line. */
  readonly key?: string;
  readonly type: OptionType;
  /** As text, in the flag's own syntax; undefined for empty. */
  readonly default?: string;
  readonly help: string;
}

/** A list may be given several times; a map takes `KEY=VALUE` several times. */
export type OptionType = "string" | "boolean" | "integer" | "bytes" | "list" | "map";

const option = (
  flag: string,
  type: OptionType,
  help: string,
  more: Omit<DaemonOption, "flag" | "type" | "help"> = {},
) => ({ key: flag, ...more, flag, type, help }) satisfies DaemonOption;

/** Not in the file. */
const flagOnly = { key: undefined };

export const daemonOptions: readonly DaemonOption[] = [
  option("add-runtime", "list", "Register an additional OCI runtime, NAME=PATH", { key: "runtimes" }),
  option("api-cors-header", "string", "Set the Access-Control-Allow-Origin header of the API"),
  option("bip", "string", "Address and subnet of the default bridge, in CIDR form"),
  option("bridge", "string", "Attach containers to an existing bridge, or none", { short: "b" }),
  option("cgroup-parent", "string", "Parent cgroup of all containers"),
  option("config-file", "string", "Configuration file", { ...flagOnly, default: "/etc/wherry/daemon.json" }),
  option("data-root", "string", "Root of the persistent state", {
    short: "g",
    also: ["graph"],
    default: "/var/lib/wherry",
  }),
  option("debug", "boolean", "Log at debug level", { short: "D" }),
  option("default-runtime", "string", "OCI runtime for containers that ask for none"),
  option("default-shm-size", "bytes", "Size of /dev/shm of containers", { default: "64m" }),
  option("default-ulimit", "list", "Limits of containers, NAME=SOFT[:HARD]", { key: "default-ulimits" }),
  option("dns", "list", "DNS servers of containers"),
  option("dns-opt", "list", "DNS options of containers", { key: "dns-opts" }),
  option("dns-search", "list", "DNS search domains of containers"),
  option("docker-socket", "boolean", "Listen on /var/run/docker.sock as well"),
  option("exec-opt", "list", "Runtime options: native.cgroupdriver=cgroupfs|systemd", { key: "exec-opts" }),
  option("exec-root", "string", "Root of the state that a reboot clears", { default: "/run/wherry" }),
  option("feature", "map", "Switch a feature on or off, NAME=true|false", { key: "features" }),
  option("group", "string", "Group of the unix socket", { short: "G", default: "docker" }),
  option("host", "list", "Where to listen: unix://PATH, tcp://HOST:PORT, fd://", { short: "H", key: "hosts" }),
  option("icc", "boolean", "Let containers of the default bridge reach each other", { default: "true" }),
  option("init", "boolean", "Run an init as first process of containers"),
  option("init-path", "string", "Path of that init"),
  option("insecure-registry", "list", "Registries to speak to without TLS or its verification", {
    key: "insecure-registries",
  }),
  option("ip", "string", "Host address of published ports", { default: "0.0.0.0" }),
  option("ip-forward", "boolean", "Switch on the kernel's IP forwarding", { default: "true" }),
  option("ip-masq", "boolean", "Masquerade what leaves the default bridge", { default: "true" }),
  option("iptables", "boolean", "Make firewall rules", { default: "true" }),
  option("label", "list", "Labels of the daemon, KEY=VALUE", { key: "labels" }),
  option("live-restore", "boolean", "Keep containers running while the daemon is down"),
  option("log-driver", "string", "Log driver of containers", { default: "json-file" }),
  option("log-format", "string", "Form of the daemon's own log: text or json", { default: "text" }),
  option("log-level", "string", "debug, info, warn, error or fatal", { short: "l", default: "info" }),
  option("log-opt", "map", "Options of the log driver", { key: "log-opts" }),
  option("max-concurrent-downloads", "integer", "Layers fetched at once", { default: "3" }),
  option("max-concurrent-uploads", "integer", "Layers pushed at once", { default: "5" }),
  option("max-download-attempts", "integer", "Attempts to fetch a layer", { default: "5" }),
  option("mtu", "integer", "MTU of the default bridge", { default: "1500" }),
  option("no-new-privileges", "boolean", "Set no-new-privileges for containers"),
  option("pidfile", "string", "File of the daemon's process id; empty for none", {
    short: "p",
    default: "/run/wherry.pid",
  }),
  option("registry-mirror", "list", "Mirrors of Docker Hub", { key: "registry-mirrors" }),
  option("shutdown-timeout", "integer", "Seconds that stopping the containers may take", {
    default: "15",
  }),
  option("storage-driver", "string", "overlay2 or vfs", { short: "s" }),
  option("tls", "boolean", "Use TLS; implied by --tlsverify"),
  option("tlscacert", "string", "Accept clients with certificates of this authority only"),
  option("tlscert", "string", "The daemon's certificate"),
  option("tlskey", "string", "The key of that certificate"),
  option("tlsverify", "boolean", "Use TLS and verify clients"),
  option("userland-proxy", "boolean", "Accepted for compatibility: ports are published without one"),
  option("validate", "boolean", "Check the configuration and exit", flagOnly),
];

/**
 * Options of dockerd that are not carried: flag and key. They are known, so that the refusal can say what it is about.
 * Values that wish for nothing are taken: false, empty, zero, and those of `harmlessValues`.
 */
export const optionsNotCarried: Readonly<Record<string, OptionType>> = {
  "allow-direct-routing": "boolean",
  "authorization-plugin": "list",
  "authorization-plugins": "list",
  bip6: "string",
  builder: "map",
  "cdi-spec-dir": "list",
  "cdi-spec-dirs": "list",
  "cluster-advertise": "string",
  "cluster-store": "string",
  "cluster-store-opt": "map",
  containerd: "string",
  "containerd-namespace": "string",
  "containerd-plugins-namespace": "string",
  "cpu-rt-period": "integer",
  "cpu-rt-runtime": "integer",
  "cri-containerd": "boolean",
  "default-address-pool": "list",
  "default-address-pools": "list",
  "default-cgroupns-mode": "string",
  "default-gateway": "string",
  "default-gateway-v6": "string",
  "default-ipc-mode": "string",
  "default-network": "string",
  "default-network-opt": "map",
  "default-network-opts": "map",
  "disable-legacy-registry": "boolean",
  "exec-driver": "string",
  experimental: "boolean",
  "firewall-backend": "string",
  "fixed-cidr": "string",
  "fixed-cidr-v6": "string",
  "host-gateway-ip": "string",
  "host-gateway-ips": "list",
  "http-proxy": "string",
  "https-proxy": "string",
  ip6tables: "boolean",
  "ip-forward-no-drop": "boolean",
  ipv6: "boolean",
  "kv-store": "string",
  "metrics-addr": "string",
  "min-api-version": "string",
  "network-control-plane-mtu": "integer",
  "network-diagnostic-port": "integer",
  "no-proxy": "string",
  "node-generic-resource": "list",
  "node-generic-resources": "list",
  "oom-score-adjust": "integer",
  proxies: "map",
  "raw-logs": "boolean",
  restart: "boolean",
  rootless: "boolean",
  "seccomp-profile": "string",
  "selinux-enabled": "boolean",
  "storage-opt": "list",
  "storage-opts": "list",
  "swarm-default-advertise-addr": "string",
  "userland-proxy-path": "string",
  "userns-remap": "string",
};

/** What these options stand at in an engine that nobody has configured. */
export const harmlessValues: Readonly<Record<string, unknown>> = {
  "default-cgroupns-mode": "private",
  "default-ipc-mode": "private",
  "exec-driver": "native",
  ip6tables: true,
  "ip-forward-no-drop": true,
  "network-control-plane-mtu": 1500,
  "raw-logs": true,
  restart: true,
  "seccomp-profile": "builtin",
};
