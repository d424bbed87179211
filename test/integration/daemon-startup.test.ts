import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadTrustKey } from "#daemon/trust-key.ts";
import { CertificateAuthority } from "../support/certificates.ts";
import { DaemonProcess } from "../support/daemon-process.ts";
import { RawConnection } from "../support/raw-connection.ts";

/** Runs a daemon that is expected to end by itself. */
async function run(...args: string[]): Promise<{ code: number; log: string; output: string }> {
  await using daemon = new DaemonProcess({ args });
  const code = await daemon.exited();
  return { code, log: daemon.log, output: daemon.output };
}

describe("arguments", () => {
  test("an unknown flag ends with 2 and points at the help", async () => {
    const { code, log } = await run("--foo");
    expect([code, log]).toEqual([2, "flag provided but not defined: --foo\nSee 'wherry daemon --help'.\n"]);
  });

  test("the help goes to stdout", async () => {
    const { code, output } = await run("--help");
    expect(code).toBe(0);
    expect(output).toContain("Usage:\twherry daemon [OPTIONS]");
  });

  test("arguments are refused", async () => {
    const { code, log } = await run("now");
    expect([code, log.split("\n")[0]]).toEqual([1, '"wherry daemon" accepts no arguments.']);
  });

  test("--validate checks and starts nothing", async () => {
    const { code, log } = await run("--validate");
    expect([code, log]).toEqual([0, "configuration OK\n"]);
  });

  test("a configuration that cannot be used is told, with 1", async () => {
    const { code, log } = await run("--validate", "-l", "loud");
    expect([code, log]).toEqual([1, "Unable to parse logging level: loud\n"]);
  });
});

describe("start", () => {
  test("the steps come in the article's order, and the data root is root's alone", async () => {
    await using daemon = await DaemonProcess.start({ args: ["-D"] });
    expect(daemon.read("pid")).toBe(String(daemon.pid));
    expect(statSync(daemon.at("data")).mode & 0o777).toBe(0o700);
    const lines = daemon.log.split("\n").map((line) => /msg=("(?:\\.|[^"])*"|\S+)/.exec(line)?.[1] ?? "");
    const places = [
      `"Listening for HTTP on unix (${daemon.socketPath})"`,
      '"Daemon has completed initialization"',
      '"wherry daemon"',
    ].map((line) => lines.indexOf(line));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places[0]).toBeGreaterThanOrEqual(0);
    expect(daemon.log).toMatch(
      /msg="wherry daemon" commit=\S+ execdriver=(crun|runc) graphdriver=(overlay2|vfs) version=/,
    );
    expect((await daemon.fetch("/_ping")).status).toBe(200);
  });

  test("a request made before it is ready is answered when it is", async () => {
    await using daemon = new DaemonProcess();
    await daemon.untilLogged("Listening for HTTP");
    const early = await RawConnection.open({ path: daemon.socketPath });
    early.send("GET /version HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    expect(await early.untilEnd(15_000)).toContain('"MinAPIVersion":"1.20"');
  });

  for (const [kind, prefix] of [
    ["a path", ""],
    ["an abstract name", "@"],
  ] as const)
    test(`READY=1 is told to ${kind}, and STOPPING=1 at the end`, async () => {
      await using other = new DaemonProcess({ args: ["--help"] });
      const name = `${prefix}${other.at("notify")}`;
      await using receiver = new Receiver(name);
      await receiver.until("bound");
      const daemon = await DaemonProcess.start({ env: { NOTIFY_SOCKET: name } });
      await receiver.until("READY=1\nSTATUS=wherry");
      await daemon[Symbol.asyncDispose]();
      await receiver.until("STOPPING=1");
    });

  test("a second daemon is refused by the pid file, and without one by the data root's lock", async () => {
    await using first = await DaemonProcess.start();
    const { folder } = first;
    await using second = new DaemonProcess({ folder });
    expect(await second.exited()).toBe(1);
    expect(second.log).toContain(
      `Error starting daemon: pid file found, ensure wherry is not running or delete ${folder}/pid`,
    );
    await using third = new DaemonProcess({ folder, args: ["-p", ""] });
    expect(await third.exited()).toBe(1);
    expect(third.log).toContain(`the data root ${folder}/data is in use by another daemon`);
    expect(first.read("pid")).toBe(String(first.pid));
    expect((await first.fetch("/_ping")).status).toBe(200);
  });

  test("a listener that fails ends the daemon cleanly", async () => {
    await using first = await DaemonProcess.start({ args: ["-H", "tcp://127.0.0.1:0"] });
    const port = /tcp \(127\.0\.0\.1:(\d+)\)/.exec(first.log)![1];
    await using second = new DaemonProcess({ args: ["-H", `tcp://127.0.0.1:${port}`] });
    expect(await second.exited()).toBe(1);
    expect(second.log).toContain(
      `level=fatal msg="Shutting down due to ServeAPI error: listen tcp 127.0.0.1:${port}: `,
    );
    expect(existsSync(second.at("pid"))).toBe(false);
    expect(existsSync(second.socketPath)).toBe(false);
  });

  test("a data root of a newer format is refused with its reason", async () => {
    await using daemon = await DaemonProcess.start();
    await daemon.stop();
    const { Database } = await import("bun:sqlite");
    const database = new Database(daemon.at("data/wherry.db"));
    database.run("PRAGMA user_version = 1000");
    database.close();
    await using again = new DaemonProcess({ folder: daemon.folder });
    expect(await again.exited()).toBe(1);
    expect(again.log).toContain("Error starting daemon: the data root has format 1000");
    expect(existsSync(again.at("pid"))).toBe(false);
  });

  test("the trust key is made once, and an old one is moved from the client's folder", async () => {
    await using daemon = new DaemonProcess({ args: ["--help"] });
    const old = join(daemon.folder, ".docker", "key.json");
    mkdirSync(join(daemon.folder, ".docker"));
    const { id } = loadTrustKey(old);
    for (const round of ["first", "second"]) {
      await using next = await DaemonProcess.start({
        folder: daemon.folder,
        env: { DOCKER_CONFIG: join(old, "..") },
      });
      expect([round, ((await (await next.fetch("/info")).json()) as { ID: string }).ID]).toEqual([round, id]);
      expect(next.log.includes("Migrated key from")).toBe(round === "first");
    }
    expect(existsSync(old)).toBe(false);
  });

  test("TLS with verified clients", async () => {
    await using files = new DaemonProcess({ args: ["--help"] });
    const authority = new CertificateAuthority(files.folder, "daemon-test");
    const own = authority.issue("server");
    const client = authority.issue("client");
    writeFileSync(files.at("cert.pem"), own.cert);
    writeFileSync(files.at("key.pem"), own.key);
    await using daemon = await DaemonProcess.start({
      args: ["-H", "tcp://127.0.0.1:0", "--tlsverify"],
      env: { DOCKER_CERT_PATH: files.folder },
    });
    const port = /tcp \(127\.0\.0\.1:(\d+)\)/.exec(daemon.log)![1];
    const url = `https://127.0.0.1:${port}/_ping`;
    expect((await fetch(url, { tls: { ca: authority.certificate, ...client } })).status).toBe(200);
    expect(fetch(url, { tls: { ca: authority.certificate } })).rejects.toThrow();
    expect(daemon.log).not.toContain("DON'T BIND");
  });

  for (const [args, message] of [
    [["--log-driver", "x"], "error finding the logging driver: "],
    [["--log-opt", "max-speed=1"], "Failed to set log opts: unknown log opt 'max-speed' for json-file log driver"],
    [["-s", "aufs"], "error initializing graphdriver: driver not supported: aufs"],
    [["-b", "no-such-bridge"], "could not find bridge no-such-bridge"],
  ] as const)
    test(`${args.join(" ")} is refused: ${message}`, async () => {
      await using daemon = new DaemonProcess({ args });
      expect(await daemon.exited()).toBe(1);
      expect(daemon.log).toContain(`level=fatal msg="Error starting daemon: ${message}`);
    });

  test("TLS without its files ends with their names", async () => {
    await using daemon = new DaemonProcess({ args: ["--tls", "--tlscert", "/no/cert", "--tlskey", "/no/key"] });
    expect(await daemon.exited()).toBe(1);
    expect(daemon.log).toContain('Could not load X509 key pair (cert: \\"/no/cert\\", key: \\"/no/key\\")');
  });
});

/** Receives datagrams on a unix socket: first it tells that it is there, then each message. */
class Receiver implements AsyncDisposable {
  static readonly #program = `
import socket, sys
name = sys.argv[1]
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind("\\0" + name[1:] if name.startswith("@") else name)
print("bound", flush=True)
while True: print(s.recv(4096).decode(), flush=True)
`;
  readonly #child: Bun.Subprocess<"ignore", "pipe", "inherit">;
  readonly #messages: AsyncIterator<Uint8Array>;
  #received = "";

  constructor(name: string) {
    this.#child = Bun.spawn(["python3", "-c", Receiver.#program, name], {
      stdin: "ignore",
      stdout: "pipe",
      stderr: "inherit",
    });
    this.#messages = this.#child.stdout[Symbol.asyncIterator]();
  }

  /** Waits for a text among all that was received. */
  async until(text: string): Promise<void> {
    while (!this.#received.includes(text)) {
      const { value, done } = await this.#messages.next();
      if (done) throw new Error(`no ${JSON.stringify(text)} in ${JSON.stringify(this.#received)}`);
      this.#received += new TextDecoder().decode(value);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill();
    await this.#child.exited;
  }
}

describe("signals", () => {
  for (const signal of ["SIGTERM", "SIGINT"] as const)
    test(`${signal} ends it with 0 and leaves neither pid file nor socket`, async () => {
      await using daemon = await DaemonProcess.start();
      daemon.signal(signal);
      expect(await daemon.exited()).toBe(0);
      expect(daemon.log).toContain(
        signal === "SIGTERM" ? "Processing signal 'terminated'" : "Processing signal 'interrupt'",
      );
      expect(existsSync(daemon.at("pid"))).toBe(false);
      expect(existsSync(daemon.socketPath)).toBe(false);
    });

  test("SIGHUP takes over what may change, tells it by an event, and keeps the rest", async () => {
    await using daemon = await DaemonProcess.start();
    const info = async () =>
      (await (await daemon.fetch("/info")).json()) as { Labels: string[]; LiveRestoreEnabled: boolean; Debug: boolean };
    daemon.configFile({ labels: ["tier=test"], "live-restore": true, debug: true });
    daemon.signal("SIGHUP");
    await daemon.untilLogged("Reloaded configuration");
    expect(await info()).toMatchObject({ Labels: ["tier=test"], LiveRestoreEnabled: true, Debug: true });
    const events = await (await daemon.fetch(`/v1.47/events?since=0&until=${Date.now() / 1000 + 0.01}`)).text();
    expect(events).toContain('"Type":"daemon","Action":"reload"');
    daemon.configFile('{"labels":');
    daemon.signal("SIGHUP");
    await daemon.untilLogged("Error reconfiguring the daemon: unable to configure the daemon with file");
    expect((await info()).Labels).toEqual(["tier=test"]);
  });

  test("SIGUSR1 writes what is going on, and goes on", async () => {
    await using daemon = await DaemonProcess.start();
    const follower = await RawConnection.open({ path: daemon.socketPath });
    follower.send("GET /events HTTP/1.1\r\nHost: x\r\n\r\n");
    await follower.until("\r\n\r\n");
    daemon.signal("SIGUSR1");
    await daemon.untilLogged("=== END state dump ===");
    expect(daemon.log).toMatch(/msg="open request" request="GET \/events" seconds=/);
    expect(daemon.log).toMatch(/BEGIN state dump.*rssBytes=\d+/);
    expect((await daemon.fetch("/_ping")).status).toBe(200);
    follower.close();
  });

  test("followers do not hold the end up", async () => {
    await using daemon = await DaemonProcess.start();
    const follower = await RawConnection.open({ path: daemon.socketPath });
    follower.send("GET /events HTTP/1.1\r\nHost: x\r\n\r\n");
    await follower.until("\r\n\r\n");
    const began = Date.now();
    expect(await daemon.stop()).toBe(0);
    expect(Date.now() - began).toBeLessThan(5000);
    await follower.untilEnd();
  });
});
