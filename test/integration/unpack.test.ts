// Needs root: makes devices and foreign owners below a folder of its own.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import type { LayerUnpacker } from "#engine/image/layer-unpacker.ts";
import { packTar } from "#formats/tar/tar-writer.ts";
import { getXattr, listXattrs } from "#platform/linux/xattr.ts";
import { run } from "#platform/process/run.ts";
import type { Compression } from "#reexec/unpack/layer-source.ts";
import { UnpackClient, type UnpackedLayer } from "#reexec/unpack-client.ts";
import { makeFullTree } from "../support/full-tree.ts";
import { treeSnapshot } from "../support/tree-snapshot.ts";

// What the engine's contract asks for and what the client is must stay the same shape.
const client = new UnpackClient([
  process.execPath,
  join(import.meta.dir, "../support/reexec-entry.ts"),
]) satisfies LayerUnpacker;
const base = mkdtempSync(join(tmpdir(), "wherry-unpack-"));
afterAll(() => rmSync(base, { recursive: true, force: true }));

let roots = 0;
function makeRoot(): string {
  const root = join(base, `root${++roots}`, "staged");
  mkdirSync(root, { recursive: true });
  return root;
}

interface Options {
  readonly compression?: Compression;
  readonly whiteouts?: "overlay" | "delete";
  readonly chunkSize?: number;
}

async function unpack(root: string, archive: Uint8Array, options: Options = {}): Promise<UnpackedLayer> {
  const { compression = "none", whiteouts = "overlay", chunkSize = 1 << 18 } = options;
  const unpacking = client.unpack({ root, whiteouts, compression, signal: new AbortController().signal });
  for (let at = 0; at < archive.length; at += chunkSize) await unpacking.write(archive.subarray(at, at + chunkSize));
  unpacking.end();
  return await unpacking.done;
}

async function failureOf(work: Promise<unknown>): Promise<{ code: string; message: string }> {
  try {
    await work;
  } catch (error) {
    return error as { code: string; message: string };
  }
  throw new Error("it did not fail");
}

const sha256 = (bytes: Uint8Array) => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

describe("the same tree as GNU tar makes", () => {
  const source = join(base, "source");
  beforeAll(() => {
    mkdirSync(source);
    makeFullTree(source);
  });

  const attributes = ["--xattrs", "--xattrs-include=*", "--numeric-owner"];
  for (const form of [
    ["--format=pax"],
    ["--format=pax", "--sparse"],
    ["--format=pax", "--sparse", "--sparse-version=0.0"],
    ["--format=pax", "--sparse", "--sparse-version=0.1"],
    ["--format=gnu"],
    ["--format=gnu", "--sparse"],
  ])
    test(form.join(" "), async () => {
      const archivePath = join(base, "archive.tar");
      const taking = form[0] === "--format=pax" ? attributes : ["--numeric-owner"];
      await run(["tar", "-cf", archivePath, ...form, ...taking, "-C", source, "."]);
      const [theirs, ours] = [makeRoot(), makeRoot()];
      await run(["tar", "-xpf", archivePath, ...attributes, "-C", theirs]);
      const archive = readFileSync(archivePath);
      const { diffId, archiveBytes } = await unpack(ours, archive, { chunkSize: 100_001 });
      expect(treeSnapshot(ours)).toEqual(treeSnapshot(theirs));
      if (form[0] === "--format=pax") expect(treeSnapshot(ours)).toEqual(treeSnapshot(source));
      expect(diffId).toBe(sha256(archive));
      expect(archiveBytes).toBe(archive.length);
    });
});

describe("compression", () => {
  const archive = packTar([
    { path: "a", type: "file", content: "a".repeat(300_000) },
    { path: "b", type: "file", content: createHash("sha256").update("b").digest() },
  ]);
  const compressed: Record<Compression, () => Promise<Uint8Array>> = {
    none: async () => archive,
    gzip: async () => gzipSync(archive),
    zstd: async () => zstdCompressSync(archive),
    bzip2: async () => compressBy("bzip2"),
    xz: async () => compressBy("xz"),
  };

  async function compressBy(program: string): Promise<Uint8Array> {
    const path = join(base, `for-${program}`);
    writeFileSync(path, archive);
    await run([program, "--force", path]);
    return readFileSync(path + (program === "xz" ? ".xz" : ".bz2"));
  }

  for (const compression of Object.keys(compressed) as Compression[]) {
    test(`${compression} is unpacked, the digest is that of the archive in it`, async () => {
      const root = makeRoot();
      const { diffId, contentBytes } = await unpack(root, await compressed[compression](), { compression });
      expect(diffId).toBe(sha256(archive));
      expect(contentBytes).toBe(300_032);
      expect(readFileSync(join(root, "a"), "utf8")).toBe("a".repeat(300_000));
    });

    test(`${compression} cut short is an error`, async () => {
      const whole = await compressed[compression]();
      // Without compression the mark at the end, 1024 bytes and the padding, is not needed.
      const cut = compression === "none" ? 300_000 : whole.length - 9;
      const { code } = await failureOf(unpack(makeRoot(), whole.subarray(0, cut), { compression }));
      // The zstd stream just ends, and the archive is found to be too short.
      const isQuiet = compression === "none" || compression === "zstd";
      expect(code).toBe(isQuiet ? "bad-archive" : "bad-compression");
    });

    if (compression !== "none")
      test(`${compression} with damaged bytes is an error`, async () => {
        const damaged = Uint8Array.from(await compressed[compression]());
        damaged.fill(0x55, damaged.length >> 1);
        const failure = await failureOf(unpack(makeRoot(), damaged, { compression }));
        expect(["bad-compression", "bad-archive"]).toContain(failure.code);
      });
  }

  test("gzip in several members is one stream", async () => {
    const half = archive.length >> 1;
    const members = Buffer.concat([gzipSync(archive.subarray(0, half)), gzipSync(archive.subarray(half))]);
    expect((await unpack(makeRoot(), members, { compression: "gzip" })).diffId).toBe(sha256(archive));
  });

  test("bytes behind the end of the archive belong to the digest", async () => {
    const longer = Buffer.concat([archive, Buffer.alloc(10_240)]);
    expect((await unpack(makeRoot(), longer)).diffId).toBe(sha256(longer));
  });
});

describe("a hostile archive", () => {
  test("cannot name a path above the root", async () => {
    const root = makeRoot();
    const { code, message } = await failureOf(
      unpack(root, packTar([{ path: "../escaped", type: "file", content: "x" }])),
    );
    expect(code).toBe("outside-root");
    expect(message).toContain("../escaped");
    expect(readdirSync(join(root, ".."))).toEqual(["staged"]);
  });

  test("writes absolute paths below the root", async () => {
    const root = makeRoot();
    await unpack(root, packTar([{ path: "/abs/../../file", type: "file", content: "x" }]));
    expect(readdirSync(root)).toEqual(["file"]);
  });

  for (const target of ["/", "../../..", "/proc/self/root", base])
    test(`cannot write through a link to ${target === base ? "a folder outside" : target}`, async () => {
      const root = makeRoot();
      const marker = `escaped-${roots}`;
      const archive = packTar([
        { path: "out", type: "symlink", linkTarget: target },
        { path: `out/${marker}`, type: "file", content: "x" },
      ]);
      await unpack(root, archive).catch(() => undefined);
      for (const place of ["/", base, join(root, ".."), join(base, "..")])
        expect(existsSync(join(place, marker))).toBe(false);
    });

  test("replaces a link instead of writing through it", async () => {
    const root = makeRoot();
    const archive = packTar([
      { path: "kept", type: "file", content: "kept" },
      { path: "name", type: "symlink", linkTarget: "kept" },
      { path: "name", type: "file", content: "new" },
    ]);
    await unpack(root, archive);
    expect(readFileSync(join(root, "kept"), "utf8")).toBe("kept");
    expect(lstatSync(join(root, "name")).isFile()).toBe(true);
  });

  test("does not change what a link points to when it names the link again as a folder", async () => {
    const root = makeRoot();
    const archive = packTar([
      { path: "target", type: "directory", mode: 0o700 },
      { path: "name", type: "symlink", linkTarget: "target" },
      { path: "name", type: "directory", mode: 0o777 },
    ]);
    await unpack(root, archive);
    expect(statSync(join(root, "target")).mode & 0o777).toBe(0o700);
    expect(lstatSync(join(root, "name")).isDirectory()).toBe(true);
  });

  for (const linkTarget of ["/etc/passwd", "../../../../../../etc/passwd"])
    test(`cannot link to the host's ${linkTarget}`, async () => {
      const root = makeRoot();
      const failure = await failureOf(unpack(root, packTar([{ path: "link", type: "hardlink", linkTarget }])));
      expect(["ENOENT", "outside-root"]).toContain(failure.code);
      expect(readdirSync(root)).toEqual([]);
    });

  test("cannot steer the overlay file system", async () => {
    const root = makeRoot();
    const xattrs = new Map([
      ["trusted.overlay.redirect", Buffer.from("/etc")],
      ["user.kept", Buffer.from("1")],
    ]);
    await unpack(root, packTar([{ path: "folder", type: "directory", xattrs }]));
    expect(listXattrs(join(root, "folder"))).toEqual(["user.kept"]);
  });

  test("with a huge size is an archive cut short and takes no room", async () => {
    const root = makeRoot();
    const header = packTar([{ path: "huge", type: "file" }]).subarray(0, 512);
    header.write("77777777777", 124, "latin1");
    fixChecksum(header);
    expect((await failureOf(unpack(root, header))).code).toBe("bad-archive");
    expect(lstatSync(join(root, "huge")).blocks).toBe(0);
  });

  test("with a negative size is refused", async () => {
    const header = packTar([{ path: "negative", type: "file" }]).subarray(0, 512);
    header.fill(0xff, 124, 136);
    fixChecksum(header);
    expect((await failureOf(unpack(makeRoot(), header))).message).toContain("negative size");
  });

  test("that is no archive at all is refused", async () => {
    expect((await failureOf(unpack(makeRoot(), Buffer.alloc(4096, "text")))).code).toBe("bad-archive");
  });
});

function fixChecksum(header: Buffer): void {
  header.fill(0x20, 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
}

describe("whiteouts", () => {
  const opaque = "trusted.overlay.opaque";

  test("for overlay become devices 0/0 and opaque folders", async () => {
    const root = makeRoot();
    const archive = packTar([
      { path: "a/.wh.gone", type: "file" },
      { path: "b/.wh..wh..opq", type: "file" },
      { path: "b/new", type: "file" },
      { path: ".wh..wh.plnk", type: "directory" },
    ]);
    await unpack(root, archive);
    const gone = lstatSync(join(root, "a/gone"));
    expect([gone.isCharacterDevice(), gone.rdev]).toEqual([true, 0]);
    expect(Buffer.from(getXattr(join(root, "b"), opaque)!).toString()).toBe("y");
    expect(readdirSync(root).sort()).toEqual(["a", "b"]);
  });

  for (const names of [
    [".wh.folder", "folder/new"],
    ["folder/new", ".wh.folder"],
  ])
    for (const whiteouts of ["overlay", "delete"] as const)
      test(`hide only what is below: ${names.join(", then ")} (${whiteouts})`, async () => {
        const root = makeRoot();
        if (whiteouts === "delete") {
          mkdirSync(join(root, "folder"));
          writeFileSync(join(root, "folder/old"), "");
        }
        await unpack(root, packTar(names.map((path) => ({ path, type: "file" as const }))), { whiteouts });
        expect(readdirSync(join(root, "folder"))).toEqual(["new"]);
        if (whiteouts === "overlay") expect(getXattr(join(root, "folder"), opaque)).toBeDefined();
      });
});

describe("what a user copies into a container", () => {
  const plain = { whiteouts: "plain", compression: "none", signal: new AbortController().signal } as const;

  async function copyIn(root: string, directory: string, archive: Uint8Array): Promise<void> {
    const unpacking = client.unpack({ ...plain, root, directory, refuseTypeChange: true });
    await unpacking.write(archive).catch(() => undefined);
    unpacking.end();
    await unpacking.done;
  }

  test("lands in the folder, through links that stay inside the root", async () => {
    const root = makeRoot();
    mkdirSync(join(root, "real"));
    symlinkSync("/real", join(root, "link"));
    await copyIn(root, "/link", packTar([{ path: ".wh.name", type: "file", content: "x" }]));
    expect(readdirSync(join(root, "real"))).toEqual([".wh.name"]);
  });

  test("does not replace a folder by a file nor a file by a folder", async () => {
    const root = makeRoot();
    mkdirSync(join(root, "folder"));
    writeFileSync(join(root, "file"), "");
    const file = packTar([{ path: "folder", type: "file" }]);
    const folder = packTar([{ path: "file", type: "directory" }]);
    expect(await failureOf(copyIn(root, "/", file))).toMatchObject({ code: "EISDIR" });
    expect(await failureOf(copyIn(root, "/", folder))).toMatchObject({ code: "ENOTDIR" });
    await copyIn(root, "/", packTar([{ path: "file", type: "file", content: "new" }]));
    expect(readFileSync(join(root, "file"), "utf8")).toBe("new");
  });

  test("into a folder that is not there fails", async () => {
    expect(await failureOf(copyIn(makeRoot(), "/missing", packTar([])))).toMatchObject({ code: "ENOENT" });
  });
});

describe("a child that ends early", () => {
  const big = packTar([{ path: "big", type: "file", content: Buffer.alloc(8 << 20, 7) }]);

  test("is killed by abort", async () => {
    const abort = new AbortController();
    const order = { root: makeRoot(), whiteouts: "overlay", compression: "none", signal: abort.signal } as const;
    const unpacking = client.unpack(order);
    await unpacking.write(big.subarray(0, 1 << 20));
    abort.abort();
    expect((await failureOf(unpacking.done)).code).toBe("aborted");
    expect((await failureOf(unpacking.write(big))).code).toBe("aborted");
  });

  test("killed in mid-stream is an error for writer and waiter", async () => {
    const signal = new AbortController().signal;
    const unpacking = client.unpack({ root: makeRoot(), whiteouts: "overlay", compression: "none", signal });
    await unpacking.write(big.subarray(0, 1 << 20));
    process.kill(unpacking.pid, "SIGKILL");
    const writing = (async () => {
      for (;;) await unpacking.write(big);
    })();
    expect((await failureOf(writing)).code).toBe("child-failed");
    expect((await failureOf(unpacking.done)).message).toContain("SIGKILL");
  });

  test("tells its own reason to who is still writing", async () => {
    const signal = new AbortController().signal;
    const unpacking = client.unpack({ root: makeRoot(), whiteouts: "overlay", compression: "none", signal });
    const writing = (async () => {
      for (;;) await unpacking.write(Buffer.alloc(1 << 20, "text"));
    })();
    expect((await failureOf(writing)).code).toBe("bad-archive");
  });

  test("tells its reason although its input stays open", async () => {
    const signal = new AbortController().signal;
    const unpacking = client.unpack({ root: makeRoot(), whiteouts: "overlay", compression: "gzip", signal });
    await unpacking.write(gzipSync(Buffer.alloc(1 << 20, "text")));
    expect((await failureOf(unpacking.done)).code).toBe("bad-archive");
  });

  test("without a root tells so", async () => {
    const signal = new AbortController().signal;
    const order = { root: "/nonexistent/root", whiteouts: "overlay", compression: "none", signal } as const;
    const unpacking = client.unpack(order);
    unpacking.end();
    expect(await failureOf(unpacking.done)).toMatchObject({ code: "ENOENT" });
  });
});

test("a writer waits for a child that is behind", async () => {
  const signal = new AbortController().signal;
  const unpacking = client.unpack({ root: makeRoot(), whiteouts: "overlay", compression: "none", signal });
  process.kill(unpacking.pid, "SIGSTOP");
  let written = 0;
  const writing = (async () => {
    for (let index = 0; index < 64; index += 1) {
      await unpacking.write(Buffer.alloc(1 << 20));
      written += 1;
    }
  })();
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(written).toBeLessThan(8);
  process.kill(unpacking.pid, "SIGCONT");
  await writing;
  unpacking.end();
  expect((await unpacking.done).archiveBytes).toBe(64 << 20);
});
