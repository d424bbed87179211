import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packTar } from "#formats/tar/tar-writer.ts";
import { WherryDaemon } from "../support/daemon.ts";
import { freePort } from "../support/free-port.ts";
import { remainsOf } from "../support/leaks.ts";
import { MemoryRegistry } from "../support/memory-registry.ts";
import { RawConnection } from "../support/raw-connection.ts";
import { mustRun } from "../support/run-command.ts";
import { testImage, testLayer } from "../support/test-image.ts";

setDefaultTimeout(60_000);

let daemon: WherryDaemon;
let outside: string;
let pid: number;
beforeAll(async () => {
  daemon = await WherryDaemon.start();
  pid = daemon.pid;
  outside = mkdtempSync(join(tmpdir(), "wherry-outside-"));
});
afterAll(async () => {
  await daemon[Symbol.asyncDispose]();
  rmSync(outside, { recursive: true });
});

/** Names and sizes of everything that images have on disk. */
async function imageFiles(of: WherryDaemon = daemon): Promise<readonly string[]> {
  const argv = ["find", of.dataRoot, "-type", "f", "-not", "-name", "wherry.db*", "-printf", "%P %s\n"];
  return (await mustRun(argv)).split("\n").filter(Boolean).toSorted();
}

/** Nothing more and nothing less than before, at the latest when the work behind an answer is done. */
async function expectImageFiles(before: readonly string[], of: WherryDaemon = daemon): Promise<void> {
  const deadline = Date.now() + 5000;
  while (!Bun.deepEquals(await imageFiles(of), before) && Date.now() < deadline) await Bun.sleep(50);
  expect(await imageFiles(of)).toEqual(before);
}

// Whatever a client or a registry sends: the daemon stays up, works, and nothing is left behind.
afterEach(async () => {
  expect(daemon.pid).toBe(pid);
  expect(await daemon.mustDocker("run", "--rm", "busybox", "echo", "fine")).toBe("fine");
  expect(await daemon.mustDocker("ps", "-aq")).toBe("");
  expect(await remainsOf(daemon)).toEqual({});
});

describe("refused with docker's words", () => {
  const cases: Readonly<Record<string, readonly [args: readonly string[], exitCode: number, words: string]>> = {
    "an unknown image": [["run", "--pull", "never", "busybox:none", "true"], 125, "No such image: busybox:none"],
    "an image of a registry that is not there": [["pull", "127.0.0.1:1/x"], 1, "connection refused"],
    "a bad reference": [["pull", "Busybox:!"], 1, "invalid reference format"],
    "a bad host port": [["run", "-p", "70000:80", "busybox"], 125, "70000"],
    "too little memory": [["run", "--rm", "-m", "1m", "busybox"], 125, "Minimum memory limit allowed is 6MB"],
    "a bad name": [["create", "--name", "a b", "busybox"], 1, "Invalid container name (a b)"],
    "a container that is not there": [["rm", "no-such-one"], 1, "No such container: no-such-one"],
  };
  for (const [name, [args, exitCode, words]] of Object.entries(cases))
    test(name, async () => {
      const result = await daemon.docker(...args);
      expect(result.stderr).toContain(words);
      expect(result.exitCode).toBe(exitCode);
    });

  test("a busy name", async () => {
    const id = await daemon.mustDocker("create", "--name", "busy", "busybox");
    const { stderr, exitCode } = await daemon.docker("run", "--rm", "--name", "busy", "busybox", "true");
    expect(stderr).toContain(`Conflict. The container name "/busy" is already in use by container "${id}"`);
    expect(exitCode).toBe(125);
    await daemon.mustDocker("rm", "busy");
  });

  test("a busy port, after which everything of the start is taken back", async () => {
    const port = await freePort();
    await daemon.mustDocker("run", "-d", "--name", "first", "-p", `${port}:80`, "busybox", "sleep", "1000");
    const { stderr, exitCode } = await daemon.docker("run", "--name", "second", "-p", `${port}:80`, "busybox", "true");
    expect(stderr).toContain("port is already allocated");
    expect(exitCode).toBe(125);
    expect(await daemon.mustDocker("inspect", "-f", "{{.State.Status}} {{.State.ExitCode}}", "second")).toBe(
      "created 128",
    );
    await daemon.mustDocker("rm", "-f", "first", "second");
  });
});

describe("bytes that are no request", () => {
  const head = (length: number, type = "application/json") =>
    `POST /containers/create HTTP/1.1\r\nHost: x\r\nContent-Type: ${type}\r\nContent-Length: ${length}\r\n\r\n`;
  const cases: Readonly<Record<string, readonly [bytes: string, answer: RegExp]>> = {
    "broken JSON": [`${head(9)}{"Image":`, /^HTTP\/1.1 400 /],
    "a body that ends too early": [`${head(500)}{"Image":"busybox"}`, /^(HTTP\/1.1 4|$)/],
    "another content type": [`${head(19, "text/plain")}{"Image":"busybox"}`, /^HTTP\/1.1 400 /],
    "wrong types": [`${head(11)}{"Image":1}`, /^HTTP\/1.1 400 /],
    "no HTTP at all": ["\x16\x03\x01\x02\x00\x01\r\n\r\n", /^(HTTP\/1.1 400 |$)/],
    "a header without end": [`GET /_ping HTTP/1.1\r\nX: ${"x".repeat(2_000_000)}`, /^(HTTP\/1.1 4|$)/],
    "a negative length": [head(-5), /^(HTTP\/1.1 400 |$)/],
    "length and chunks at once": [
      "POST /containers/create HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      /^(HTTP\/1.1 4|$)/,
    ],
    "a path that climbs": ["GET /containers/../../../etc/passwd/json HTTP/1.1\r\nHost: x\r\n\r\n", /^HTTP\/1.1 (30|4)/],
    "JSON a hundred thousand deep": [`${head(100_000)}${"[".repeat(100_000)}`, /^HTTP\/1.1 400 /],
  };
  for (const [name, [bytes, answer]] of Object.entries(cases))
    test(name, async () => {
      const connection = await RawConnection.open({ path: daemon.socket });
      connection.send(bytes);
      connection.socket.end();
      expect(await connection.untilEnd(10_000)).toMatch(answer);
      connection.close();
    });

  test("clients that leave in the middle", async () => {
    const requests = [
      "GET /events HTTP/1.1\r\nHost: x\r\n\r\n",
      head(1000),
      "POST /images/create?fromSrc=- HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\nabc",
    ];
    const before = await imageFiles();
    for (let round = 0; round < 20; round++)
      for (const bytes of requests) {
        const connection = await RawConnection.open({ path: daemon.socket });
        connection.send(bytes);
        await Bun.sleep(5);
        connection.close();
      }
    await expectImageFiles(before);
  });
});

describe("archives that climb out", () => {
  const archives = {
    "a name with ../": () =>
      packTar([{ path: `../../../../../../../..${outside}/climbed`, type: "file", mode: 0o644, content: "x" }]),
    "an absolute name": () => packTar([{ path: `${outside}/climbed`, type: "file", mode: 0o644, content: "x" }]),
    "a file below a link that leads out": () =>
      packTar([
        { path: "out", type: "symlink", mode: 0o777, linkTarget: outside },
        { path: "out/climbed", type: "file", mode: 0o644, content: "x" },
      ]),
    "a hard link to a file outside": () =>
      packTar([
        { path: "stolen", type: "hardlink", mode: 0o644, linkTarget: `../../../../../../../..${outside}/secret` },
        { path: "stolen", type: "file", mode: 0o644, content: "x" },
      ]),
  };
  for (const [name, archive] of Object.entries(archives))
    test(name, async () => {
      writeFileSync(join(outside, "secret"), "secret");
      const before = await imageFiles();
      const { exitCode } = await daemon.dockerWith({ stdin: archive() }, "import", "-", "climber");
      expect(readdirSync(outside)).toEqual(["secret"]);
      expect(readFileSync(join(outside, "secret"), "utf8")).toBe("secret");
      if (exitCode === 0) await daemon.mustDocker("rmi", "climber");
      await expectImageFiles(before);
    });

  test("something that is no archive", async () => {
    const before = await imageFiles();
    const { exitCode, stderr } = await daemon.dockerWith(
      { stdin: "this is no archive\n".repeat(100) },
      "import",
      "-",
      "nonsense",
    );
    expect(exitCode).toBe(1);
    expect(stderr).not.toBe("");
    await expectImageFiles(before);
  });
});

describe("a registry that cannot be trusted", () => {
  const noise = Buffer.from(Array.from({ length: 300_000 }, () => Math.floor(Math.random() * 256)));
  const layers = () => [testLayer({ a: "first" }), testLayer({ b: noise })];

  test("a layer whose bytes are not those of its digest", async () => {
    await using registry = await MemoryRegistry.start();
    const [first, second] = layers();
    const damaged = Buffer.from(second!.bytes);
    damaged[damaged.length - 50]! ^= 1;
    registry.add("team/app", "1", testImage([first!, { ...second!, bytes: damaged }]));
    const before = await imageFiles();
    const { exitCode, stderr } = await daemon.docker("pull", `${registry.authority}/team/app:1`);
    expect([exitCode, stderr]).toEqual([1, expect.stringMatching(/filesystem layer verification failed|digest/)]);
    await expectImageFiles(before);
  });

  test("a layer that holds something else than the config promises", async () => {
    await using registry = await MemoryRegistry.start();
    registry.add(
      "team/app",
      "1",
      testImage(layers(), { diffIds: [`sha256:${"1".repeat(64)}`, `sha256:${"2".repeat(64)}`] }),
    );
    const before = await imageFiles();
    expect((await daemon.docker("pull", `${registry.authority}/team/app:1`)).exitCode).toBe(1);
    await expectImageFiles(before);
  });

  test("it hangs up in the middle of a layer and the download goes on where it stopped", async () => {
    await using registry = await MemoryRegistry.start();
    let cuts = 2;
    registry.behaviour = ({ offset }) => (offset < 200_000 && cuts-- > 0 ? { cutAfterBytes: 100_000 } : undefined);
    registry.add("team/app", "1", testImage(layers()));
    await daemon.mustDocker("pull", `${registry.authority}/team/app:1`);
    await daemon.mustDocker("rmi", `${registry.authority}/team/app:1`);
  });

  test("a layer that leads out of the image", async () => {
    await using registry = await MemoryRegistry.start();
    registry.add("team/app", "1", testImage([testLayer({ [`../../../../../../../..${outside}/climbed`]: "x" })]));
    const { exitCode } = await daemon.docker("pull", `${registry.authority}/team/app:1`);
    expect(existsSync(join(outside, "climbed"))).toBe(false);
    if (exitCode === 0) await daemon.mustDocker("rmi", `${registry.authority}/team/app:1`);
  });
});

describe("paths of the host that a client names", () => {
  test("a container's links do not lead a volume's first copy outside", async () => {
    const root = join(outside, "rootfs");
    mkdirSync(root, { recursive: true });
    symlinkSync(outside, join(root, "data"));
    const tar = await mustRunBytes(["tar", "-C", root, "-c", "."]);
    rmSync(root, { recursive: true });
    await daemon.importImage("linked", tar);
    await daemon.docker("run", "--rm", "-v", "stolen:/data", "linked", "/bin/true");
    expect(readdirSync(outside)).toEqual(["secret"]);
    expect(readdirSync(join(daemon.dataRoot, "volumes/stolen/_data"))).toEqual([]);
    await daemon.mustDocker("volume", "rm", "stolen");
    await daemon.mustDocker("rmi", "linked");
  });
});

describe("a data root without room", () => {
  test("an import, a pull and a container that need more fail, and everything works once there is room", async () => {
    await using small = await WherryDaemon.start({ dataRootMegabytes: 24 });
    const before = await imageFiles(small);
    const noise = Buffer.alloc(40_000_000, "0123456789abcdef");
    const image = packTar([{ path: "large", type: "file", mode: 0o644, content: noise }]);
    const imported = await small.dockerWith({ stdin: image }, "import", "-", "large");
    expect([imported.exitCode, imported.stderr]).toEqual([1, expect.stringContaining("no space left on device")]);
    await expectImageFiles(before, small);

    await using registry = await MemoryRegistry.start();
    registry.add("large", "1", testImage([testLayer({ large: noise })]));
    const pulled = await small.docker("pull", `${registry.authority}/large:1`);
    expect([pulled.exitCode, pulled.stderr]).toEqual([1, expect.stringContaining("no space left on device")]);
    await expectImageFiles(before, small);

    const fill = "dd if=/dev/zero of=/large bs=1M count=100";
    const writer = await small.docker("run", "--name", "writer", "busybox", "sh", "-c", fill);
    expect([writer.exitCode, writer.stderr]).toEqual([1, expect.stringContaining("No space left on device")]);
    // Not even the smallest file fits now: what was, can still be looked at and taken away.
    expect(await small.mustDocker("ps", "-a", "--format", "{{.Names}}")).toBe("writer");
    await small.mustDocker("rm", "-f", "writer");
    expect(await remainsOf(small)).toEqual({});
    expect(await small.mustDocker("run", "--rm", "busybox", "echo", "fine")).toBe("fine");
  });
});

async function mustRunBytes(argv: readonly string[]): Promise<Uint8Array> {
  const child = Bun.spawn([...argv], { stdout: "pipe" });
  return new Response(child.stdout).bytes();
}
