import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { commands as listed } from "#cli/commands/index.ts";
import { dockerCli } from "../support/docker-cli.ts";
import { type RecordedRequest, RecordingDaemon } from "../support/recording-daemon.ts";
import { runCommand } from "../support/run-command.ts";

const ours = [process.execPath, join(import.meta.dir, "../../src/main.ts")];
let daemon: RecordingDaemon;
let home: string;

beforeAll(async () => {
  daemon = await RecordingDaemon.start();
  home = mkdtempSync("/tmp/w-cli-");
  writeFileSync(join(home, "env"), "# comment\nA=1\nHOME\n\nB=x y\n");
  writeFileSync(join(home, "labels"), "tier=front\nempty\n");
  writeFileSync(join(home, "fs.tar"), Buffer.alloc(1024));
});

afterAll(async () => {
  await daemon[Symbol.asyncDispose]();
  rmSync(home, { recursive: true, force: true });
});

async function requestsOf(program: readonly string[], args: readonly string[]) {
  const env = { DOCKER_HOST: daemon.host, DOCKER_CONFIG: join(home, "config"), HOME: home, DOCKER_API_VERSION: "1.50" };
  const result = await runCommand([...program, ...args], { env, cwd: home, timeout: 20_000, stdin: "" });
  return { result, requests: daemon.take() };
}

/** Ours may leave out what it can do without, and docker's sends what nobody reads. */
const spared: Readonly<Record<string, RegExp>> = {
  exec: /^GET \/containers\/[^/]+\/json$/,
  // Nobody looks at the exit of a container in the background.
  "run -d": /\/wait$/,
};

function comparable(requests: readonly RecordedRequest[], args: readonly string[]): unknown[] {
  const leave = Object.entries(spared).find(([words]) => args.join(" ").startsWith(words))?.[1];
  return requests
    .filter(({ method, path }) => path !== "/_ping" && !leave?.test(`${method} ${path}`))
    .map(({ method, path, query, upgrade, body }) => ({
      request: `${method} ${path}`,
      query,
      upgrade,
      body: body.startsWith("{") ? withoutEmpty(JSON.parse(body)) : body,
    }))
    .sort((a, b) => (a.request < b.request ? -1 : 1));
}

/** What is null, empty, zero or false says the same as what is not there. */
function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => (typeof item === "object" ? withoutEmpty(item) : item));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value)
    // docker's keeps binds and the values of -e in a map, so their order is chance.
    .map(
      ([key, item]) =>
        [
          key,
          (key === "Binds" || key === "Env") && Array.isArray(item)
            ? item.map(String).sort((a, b) => (a < b ? -1 : 1))
            : withoutEmpty(item),
        ] as const,
    )
    .filter(([, item]) => item !== null && item !== "" && item !== 0 && item !== false && !isEmpty(item));
  return Object.fromEntries(entries);
}
const isEmpty = (value: unknown) =>
  typeof value === "object" && value !== null && Object.values(value).every((item) => item === 0);

const commands: readonly string[] = [
  "run busybox true",
  "run --rm -i busybox cat",
  "run -t busybox true",
  "run -d --name web -p 8080:80 -p 127.0.0.1::53/udp -p 9000-9002:9000-9002 --expose 90-91 nginx",
  "run -d -p [::1]:8080:80/tcp -p 80 -P nginx",
  "run -d -e A=1 -e HOME --env-file env --label-file labels -l x=y -l z busybox env",
  "run -d -v /a:/b:ro -v data:/d -v /anon --tmpfs /run:size=64m --tmpfs /t busybox",
  "run -d --mount type=bind,src=/a,dst=/b,readonly,bind-propagation=rslave --mount type=tmpfs,dst=/t,tmpfs-size=1m,tmpfs-mode=1777 busybox",
  "run -d --mount source=data,target=/d,volume-driver=local,volume-opt=type=nfs,volume-label=a=b,volume-nocopy,volume-subpath=x busybox",
  "run -d --mount type=image,src=busybox,dst=/i,image-subpath=bin busybox",
  "run -d --mount type=bind,src=/a,dst=/b,bind-recursive=readonly,ro,bind-propagation=rprivate busybox",
  "run -d -m 64m --memory-swap -1 --memory-reservation 32m --memory-swappiness 10 --cpus 1.5 --cpu-shares 512 --cpuset-cpus 0-1 --pids-limit 100 --oom-kill-disable --oom-score-adj 100 busybox",
  "run -d --cpu-period 100000 --cpu-quota 50000 --cpuset-mems 0 --blkio-weight 300 --blkio-weight-device /dev/sda:200 --device-read-bps /dev/sda:1mb --device-write-iops /dev/sda:100 busybox",
  "run -d --ulimit nofile=1024:2048 --ulimit core=0 --shm-size 128m --sysctl net.ipv4.ip_forward=1 --kernel-memory 64m busybox",
  "run -d --cap-add NET_ADMIN --cap-drop ALL --privileged --read-only --security-opt no-new-privileges --group-add audio --device /dev/fuse --device /dev/a:/dev/b:r --device-cgroup-rule c*1:3*mr busybox",
  "run -d --network web --network-alias a --ip 10.0.0.5 --ip6 fd00::5 --link-local-ip 169.254.1.1 --mac-address 02:42:ac:11:00:02 busybox",
  "run -d --network name=web,alias=a,alias=b,ip=10.0.0.5,driver-opt=k=v,gw-priority=3 --network other busybox",
  "run -d --network host --pid host --uts host --ipc host --userns host --cgroupns private --cgroup-parent /x busybox",
  "run -d --network container:web --link db:database busybox",
  "run -d --dns 1.1.1.1 --dns-search example.com --dns-option ndots:1 --add-host db:10.0.0.1 --add-host v6=[::1] --add-host g:host-gateway busybox",
  "run -d --health-cmd true --health-interval 5s --health-timeout 1s --health-retries 3 --health-start-period 1m --health-start-interval 2s busybox",
  "run -d --no-healthcheck --restart on-failure:3 --stop-signal INT --stop-timeout 5 --init busybox",
  "run -d --log-driver json-file --log-opt max-size=1m --storage-opt size=1G --runtime runc --isolation default --annotation a=b busybox",
  "run -d --gpus all busybox",
  'run -d --gpus "device=0,1",capabilities=utility busybox',
  "run -d --entrypoint /bin/sh -w /tmp -u 1000:1000 -h host --domainname d busybox -c id",
  "run -d --platform linux/arm64 --volumes-from a:ro --volume-driver local --cidfile cid busybox",
  "run -d --entrypoint= --init=false --rm busybox true",
  "run -a stdout busybox true",
  "run -a stdin -a stderr -i busybox cat",
  "create --name x -it busybox sh",
  "create busybox",
  "start web db",
  "start -a web",
  "start -ai web",
  "stop web",
  "stop -t 3 -s INT web db",
  "restart -t 0 web",
  "kill web",
  "kill -s HUP web",
  "rm web",
  "rm -fv web",
  "rm -l web",
  "pause web",
  "unpause web",
  "wait web",
  "rename web other",
  "top web",
  "top web -o pid,cmd",
  "port web",
  "logs web",
  "logs -f -t --tail 5 --details web",
  "logs --since 2026-01-02T03:04:05Z --until 1767323045.5 web",
  "exec web ls",
  "exec -i -e A=1 --env-file env -u root -w /tmp --privileged web env",
  "exec -d web sleep 1",
  "exec -t web ls",
  "update -m 64m --cpus 1.5 --restart always --pids-limit -1 web",
  "ps",
  "ps -a",
  "ps -l",
  "ps -n 5",
  "ps -s",
  "ps -q --filter status=exited --filter label=a=b --filter status=created",
  "images",
  "images -a busybox",
  "images --filter dangling=true",
  "rmi busybox",
  "rmi -f --no-prune a b",
  "tag busybox team/app:1",
  "tag busybox localhost:5000/x",
  "pull busybox",
  "pull -q localhost:5000/team/app:1",
  "pull --platform linux/arm64 busybox:musl",
  "pull busybox@sha256:0000000000000000000000000000000000000000000000000000000000000000",
  "pull -a busybox",
  "import fs.tar a:b",
  "import -c CMD=sh -c USER=x -m hello - a:b",
  "import http://example.com/x.tar",
  "history busybox",
  "inspect web",
  "inspect --type image busybox",
  "inspect -s --type container web",
  "image inspect busybox",
  "container inspect web",
  "network ls --filter driver=bridge",
  "network inspect bridge",
  "volume ls --filter dangling=true",
  "volume create",
  "volume create -d local -o type=tmpfs -o device=tmpfs --label a=b data",
  "volume inspect data",
  "volume rm -f data",
  "login -u me -p secret localhost:5000",
  "version",
  "events --since 1767323045 --until 1767323046 --filter event=die",
];

const words = (line: string) =>
  (line.match(/(?:[^\s"]|"[^"]*")+/g) ?? []).map((word) => (word.includes("c*1:3*mr") ? "c *:* mr" : word));

for (const line of commands)
  test(`\`${line}\` asks the daemon for the same as docker's command line does`, async () => {
    const args = words(line);
    const theirs = await requestsOf([dockerCli()], args);
    rmSync(join(home, "cid"), { force: true });
    const mine = await requestsOf(ours, args);
    rmSync(join(home, "cid"), { force: true });
    expect({ code: mine.result.exitCode, err: mine.result.exitCode === 0 ? "" : mine.result.stderr }).toEqual({
      code: theirs.result.exitCode,
      err: theirs.result.exitCode === 0 ? "" : theirs.result.stderr,
    });
    expect(comparable(mine.requests, args)).toEqual(comparable(theirs.requests, args));
  });

describe("a container in the foreground", () => {
  const frame = (stream: number, text: string) =>
    Buffer.concat([Buffer.from([stream, 0, 0, 0, 0, 0, 0, text.length]), Buffer.from(text)]);
  const id = "a".repeat(64);

  test("is attached to and waited for before it is started", async () => {
    const { requests } = await requestsOf(ours, ["run", "busybox"]);
    const order = requests.map(({ path }) => path.replace(/.*\//, ""));
    expect(order[0]).toBe("create");
    expect(order.slice(1, 3).sort()).toEqual(["attach", "wait"]);
    expect(order[3]).toBe("start");
  });

  test("writes to our stdout and stderr, and its exit code is ours", async () => {
    await using own = await RecordingDaemon.start();
    own.answer(`POST /containers/${id}/attach`, {
      status: 101,
      stream: Buffer.concat([frame(1, "out\n"), frame(2, "err\n"), frame(1, "more\n")]),
    });
    own.answer(`POST /containers/${id}/wait`, { status: 200, body: { StatusCode: 42 } });
    const result = await runCommand([...ours, "-H", own.host, "run", "--rm", "busybox"]);
    expect(result).toEqual({ stdout: "out\nmore\n", stderr: "err\n", exitCode: 42 });
    expect(own.take().find(({ path }) => path.endsWith("/wait"))?.query).toEqual({ condition: ["removed"] });
  });

  test.each([
    ["no such program", 'exec: "x": executable file not found in $PATH', 127],
    ["a program that may not be run", 'exec: "/etc": permission denied', 126],
    ["another failure", "port is already allocated", 125],
  ])("ends with docker's code for %s", async (_, message, code) => {
    await using own = await RecordingDaemon.start();
    own.answer(`POST /containers/${id}/start`, { status: 500, body: { message } });
    const result = await runCommand([...ours, "-H", own.host, "run", "busybox", "x"]);
    expect(result.exitCode).toBe(code);
    expect(result.stderr).toBe(
      `wherry: Error response from daemon: ${message}\n\nRun 'wherry run --help' for more information\n`,
    );
  });
});

test("an image that is not there is pulled, with its progress on stderr, and the container is made then", async () => {
  await using own = await RecordingDaemon.start();
  own.answer("POST /containers/create", { status: 404, body: { message: "No such image: busybox:latest" } });
  own.answer("POST /images/create", {
    status: 200,
    body: '{"status":"Pulling from library/busybox","id":"latest"}\r\n',
  });
  const running = runCommand([...ours, "-H", own.host, "create", "--name", "x", "busybox"]);
  const result = await running;
  expect(result.stderr).toStartWith(
    "Unable to find image 'busybox:latest' locally\nlatest: Pulling from library/busybox\n",
  );
  expect(own.take().map(({ method, path }) => `${method} ${path}`)).toEqual([
    "POST /containers/create",
    "POST /images/create",
    "POST /containers/create",
  ]);
});

test("a failure in a pull's stream fails the command", async () => {
  await using own = await RecordingDaemon.start();
  own.answer("POST /images/create", {
    status: 200,
    body: '{"errorDetail":{"message":"no space"},"error":"no space"}\r\n',
  });
  const result = await runCommand([...ours, "-H", own.host, "pull", "busybox"]);
  expect(result).toMatchObject({ exitCode: 1, stderr: "no space\n", stdout: "Using default tag: latest\n" });
});

test("an older daemon is spoken to in its own version, after one refused request", async () => {
  await using own = await RecordingDaemon.start({ apiVersion: "1.41" });
  const result = await runCommand([...ours, "-H", own.host, "version", "--format", "{{.Client.APIVersion}}"]);
  expect(result.stdout).toBe("1.41\n");
  expect(own.take().map(({ version }) => version)).toEqual(["1.51", "1.41"]);
});

describe("--help has docker's flags", () => {
  const flagOf = /^ {2,6}(?:(-\w), )?--([\w-]+)(?: ([a-zA-Z0-9-]+))? {2,}/;
  /** Short and long name and kind of value; descriptions are in our own words. */
  const flagsOf = (help: string) =>
    help.split("\n").flatMap((line) => {
      const match = flagOf.exec(line);
      return match ? [`${match[1] ?? ""} --${match[2]} ${match[3] ?? ""}`] : [];
    });
  /** Taken and not shown, as they mean nothing on Linux or without signatures. */
  const hidden = [
    " --cpu-count int",
    " --cpu-percent int",
    " --disable-content-trust ",
    " --help ",
    " --io-maxbandwidth bytes",
    " --io-maxiops uint",
  ];
  /** Not carried: they need a part of the engine that is not there yet. */
  const missing: Readonly<Record<string, readonly string[]>> = {
    create: [...hidden, " --use-api-socket "],
    run: [...hidden, " --use-api-socket "],
    pull: hidden,
    start: [" --checkpoint string", " --checkpoint-dir string"],
    images: [" --tree "],
    rmi: [" --platform strings"],
    history: [" --platform string"],
    "volume create": [
      " --availability string",
      " --group string",
      " --limit-bytes bytes",
      " --required-bytes bytes",
      " --scope string",
      " --secret map",
      " --sharing string",
      " --topology-preferred list",
      " --topology-required list",
      " --type string",
    ],
    "volume ls": [" --cluster "],
  };
  for (const { path, aliases } of listed) {
    const spelled = aliases.find((alias) => !alias.includes(" ")) ?? path;
    test(spelled, async () => {
      const theirs = await runCommand([dockerCli(), ...spelled.split(" "), "--help"], { env: { COLUMNS: "200" } });
      const mine = await runCommand([...ours, ...spelled.split(" "), "--help"]);
      const expected = flagsOf(theirs.stdout).filter((flag) => !missing[spelled]?.includes(flag));
      expect(flagsOf(mine.stdout)).toEqual(expected);
      const usage = (text: string) => text.split("\n", 1)[0]!.replace("docker", "wherry");
      expect(usage(mine.stdout)).toBe(usage(theirs.stdout));
    });
  }
});
