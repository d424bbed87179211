import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FlagError } from "#formats/flags/flag-set.ts";
import { daemonUsage, parseDaemonFlags } from "./daemon-flags.ts";
import { loadConfig } from "./load-config.ts";

const folder = mkdtempSync(join(tmpdir(), "wherry-config-"));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, "daemon.json");

/** Loads with a file of this content (none when undefined) and these arguments. */
function load(content: object | string | undefined, ...argv: string[]) {
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content ?? {}));
  return loadConfig(parseDaemonFlags(["--config-file", path, ...argv], () => undefined).given);
}

describe("defaults", () => {
  test("an engine that nobody has configured", () => {
    expect(load(undefined)).toMatchObject({
      hosts: [],
      group: "docker",
      tls: undefined,
      dataRoot: "/var/lib/wherry",
      execRoot: "/run/wherry",
      pidFile: "/run/wherry.pid",
      log: { level: "info", format: "text" },
      network: { isDisabled: false, mtu: 1500, interContainer: true, masquerade: true, hostAddress: "0.0.0.0" },
      containers: { shmSizeBytes: 64 * 1024 * 1024, logDriver: "json-file", ulimits: [] },
      registry: { maxConcurrentDownloads: 3, maxConcurrentUploads: 5 },
      liveRestore: false,
      shutdownTimeoutSeconds: 15,
    });
  });
});

describe("flags and file say the same in their own ways", () => {
  const same: [string[], object][] = [
    [["-H", "tcp://a:1", "-H", "unix:///b"], { hosts: ["tcp://a:1", "unix:///b"] }],
    [["-g", "/x"], { "data-root": "/x" }],
    [["--graph=/x"], { "data-root": "/x" }],
    [["-D"], { debug: true }],
    [["-l", "warn"], { "log-level": "warn" }],
    [["--label", "a=b"], { labels: ["a=b"] }],
    [["--log-opt", "max-size=1m", "--log-opt=max-file=2"], { "log-opts": { "max-size": "1m", "max-file": "2" } }],
    [["--default-ulimit", "nofile=1:2"], { "default-ulimits": { nofile: { Name: "nofile", Soft: 1, Hard: 2 } } }],
    [["--add-runtime", "mine=/bin/mine"], { runtimes: { mine: { path: "/bin/mine" } } }],
    [["--exec-opt", "native.cgroupdriver=systemd"], { "exec-opts": ["native.cgroupdriver=systemd"] }],
    [["--icc=false"], { icc: false }],
    [["-b", "none"], { bridge: "none" }],
    [["--default-shm-size", "1g"], { "default-shm-size": 1024 ** 3 }],
    [["--registry-mirror", "http://m:5000"], { "registry-mirrors": ["http://m:5000"] }],
    [["--shutdown-timeout", "-1"], { "shutdown-timeout": -1 }],
    [["--feature", "buildkit=true"], { features: { buildkit: true } }],
  ];
  for (const [argv, file] of same)
    test(`${argv.join(" ")} and ${JSON.stringify(file)}`, () => {
      const byFlag = load(undefined, ...argv);
      expect(load(file)).toEqual(byFlag);
      expect(byFlag).not.toEqual(load(undefined, ...(argv[0] === "--feature" ? ["-D"] : [])));
    });
});

describe("refusals", () => {
  const inFile = `unable to configure the daemon with file ${path}: `;
  const refused: [string, object | string | undefined, string[], string][] = [
    ["broken JSON", '{"debug":', [], `${inFile}invalid JSON: unexpected EOF`],
    [
      "unknown keys",
      { foo: 1, bar: 2, debug: true },
      [],
      `${inFile}the following directives don't match any configuration option: bar, foo`,
    ],
    [
      "the same option twice",
      { hosts: ["unix:///x"], debug: true },
      ["-D", "-H", "tcp://x:1"],
      `${inFile}the following directives are specified both as a flag and in the configuration file: debug: (from flag: true, from file: true), hosts: (from flag: [tcp://x:1], from file: [unix:///x])`,
    ],
    [
      "a wrong type",
      { debug: "x" },
      [],
      `${inFile}invalid JSON: json: cannot unmarshal string into Go struct field Config.debug of type bool`,
    ],
    [
      "an option that is not carried",
      { "userns-remap": "default" },
      [],
      `${inFile}the option 'userns-remap' is not supported by this version of wherry`,
    ],
    [
      "a flag that is not carried",
      undefined,
      ["--ipv6"],
      "the option 'ipv6' is not supported by this version of wherry",
    ],
    [
      "a feature that is not there",
      { features: { "containerd-snapshotter": true } },
      [],
      `${inFile}the feature 'containerd-snapshotter' is not supported by this version of wherry`,
    ],
    ["a feature that nobody knows", { features: { flying: true } }, [], `${inFile}unknown feature: flying`],
    ["a label without a value", undefined, ["--label", "a"], "bad attribute format: a"],
    ["a strange log level", undefined, ["-l", "loud"], "Unable to parse logging level: loud"],
    ["a strange log format", undefined, ["--log-format", "xml"], "invalid log format: xml"],
    [
      "-b beside --bip",
      undefined,
      ["-b", "br0", "--bip", "10.0.0.1/24"],
      "You specified -b & --bip, mutually exclusive options. Please specify only one.",
    ],
    [
      "no icc without a firewall",
      undefined,
      ["--icc=false", "--iptables=false"],
      "You specified --iptables=false with --icc=false. ICC=false uses iptables to function. Please set --icc or --iptables to true.",
    ],
    ["a bip that is no address", undefined, ["--bip", "10.0.0.1"], "invalid CIDR address: 10.0.0.1"],
    ["a name for a DNS server", undefined, ["--dns", "dns.example"], "invalid IP address: dns.example"],
    ["no downloads", undefined, ["--max-concurrent-downloads", "0"], "invalid max concurrent downloads: 0"],
    [
      "a strange mirror",
      undefined,
      ["--registry-mirror", "ftp://x"],
      `invalid mirror: unsupported scheme "ftp" in "ftp://x": must use either 'https://' or 'http://'`,
    ],
    [
      "a strange cgroup driver",
      undefined,
      ["--exec-opt", "native.cgroupdriver=x"],
      "option native.cgroupdriver is only cgroupfs or systemd, not x",
    ],
    ["a relative data root", undefined, ["-g", "data"], '--data-root must be an absolute path, not "data"'],
    [
      "arguments of a runtime",
      { runtimes: { mine: { path: "/bin/mine", runtimeArgs: ["--debug"] } } },
      [],
      `${inFile}runtimeArgs of mine: not supported by this version of wherry`,
    ],
    [
      "a soft limit above the hard one",
      undefined,
      ["--default-ulimit", "nofile=3:2"],
      "ulimit soft limit must be less than or equal to hard limit: 3 > 2",
    ],
  ];
  for (const [what, file, argv, message] of refused)
    test(what, () => {
      expect(() => load(file, ...argv)).toThrow(message);
    });

  test("a file that was named must exist", () => {
    const flags = new Map([["config-file", "/no/such.json"]]);
    expect(() => loadConfig(flags)).toThrow(
      "unable to configure the daemon with file /no/such.json: open /no/such.json: no such file or directory",
    );
  });

  test("an unknown flag is a FlagError", () => {
    expect(() => parseDaemonFlags(["--foo"], () => undefined)).toThrow(FlagError);
  });
});

test("what switches an option off that is not carried is taken", () => {
  expect(
    load(
      { ipv6: false, "storage-opts": [], ip6tables: true, "exec-opts": [] },
      "-e",
      "native",
      "--selinux-enabled=false",
    ).debug,
  ).toBe(false);
});

test("TLS is on when its verification is, with the files of DOCKER_CERT_PATH or of the flags", () => {
  const { tls } = load(undefined, "--tlsverify", "--tlscert", "/c.pem");
  expect(tls).toMatchObject({ verify: true, certPath: "/c.pem", caPath: expect.stringMatching(/\/ca\.pem$/) });
  expect(load(undefined, "--tls").tls?.verify).toBe(false);
});

test("the help shows what is carried and nothing else", () => {
  const usage = daemonUsage();
  expect(usage).toContain("-g, --data-root string");
  expect(usage).not.toContain("userns-remap");
});
