// Needs root: mounts overlay file systems below a folder of its own.
import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OverlayDriver } from "#drivers/storage/overlay/overlay-driver.ts";
import { probeOverlay } from "#drivers/storage/overlay/probe-overlay.ts";
import {
  type LayerFiles,
  type StorageDriverHarness,
  storageDriverSuite,
} from "#drivers/storage/storage-driver.suite.ts";
import type { StagedLayer, StorageDriver } from "#drivers/storage/storage-driver.ts";
import { VfsDriver } from "#drivers/storage/vfs/vfs-driver.ts";
import { packTar } from "#formats/tar/tar-writer.ts";
import { mount, mountFlags, unmount } from "#platform/linux/mount.ts";
import { readMountInfo } from "#platform/linux/mount-info.ts";
import { UnpackClient } from "#reexec/unpack-client.ts";
import { FakeStorageDriver } from "../support/fake-storage-driver.ts";

const client = new UnpackClient([process.execPath, join(import.meta.dir, "../support/reexec-entry.ts")]);
const hex = (digit: string) => digit.repeat(64);
const folders: string[] = [];

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "wherry-storage-"));
  folders.push(folder);
  return folder;
}

function unmountBelow(folder: string): void {
  for (const { target } of readMountInfo().reverse()) if (target.startsWith(folder)) unmount(target, { detach: true });
}

afterAll(() => {
  for (const folder of folders) {
    unmountBelow(folder);
    rmSync(folder, { recursive: true, force: true });
  }
});

async function fill(staged: StagedLayer, files: LayerFiles): Promise<void> {
  const archive = packTar(
    Object.entries(files).map(([path, content]) =>
      path.endsWith("/") ? { path, type: "directory" as const } : { path, type: "file" as const, content },
    ),
  );
  const { root, whiteouts } = staged;
  const signal = new AbortController().signal;
  const unpacking = client.unpack({ root, whiteouts, compression: "none", signal });
  await unpacking.write(archive);
  unpacking.end();
  await unpacking.done;
}

function harnessOf(make: (folder: string) => StorageDriver): StorageDriverHarness {
  const folder = makeFolder();
  let last: StorageDriver | undefined;
  return {
    fill,
    open: () => {
      last = make(join(folder, "driver"));
      last.open();
      return last;
    },
    dispose: async () => {
      await last?.close();
      unmountBelow(folder);
    },
  };
}

storageDriverSuite("overlay", { holdsFiles: true }, () => harnessOf((folder) => new OverlayDriver(folder)));
storageDriverSuite("vfs", { holdsFiles: true }, () => harnessOf((folder) => new VfsDriver(folder)));
storageDriverSuite("fake", { holdsFiles: false }, () => {
  const driver = new FakeStorageDriver();
  return {
    fill: async () => {},
    open: () => {
      driver.open();
      return driver;
    },
    dispose: async () => {},
  };
});

describe("overlay", () => {
  function openDriver(folder = join(makeFolder(), "driver")): OverlayDriver {
    const driver = new OverlayDriver(folder);
    driver.open();
    return driver;
  }

  /** Layers `0…0`, `0…1`, …, each with one file of its number. */
  async function stack(driver: OverlayDriver, count: number): Promise<string> {
    let top: string | undefined;
    for (let index = 0; index < count; index += 1) {
      const staged = driver.stage(top);
      writeFileSync(join(staged.root, `file${index}`), "");
      top = index.toString(16).padStart(64, "0");
      await staged.commit(top);
    }
    return top!;
  }

  test("127 layers mount although their paths fill more than a page", async () => {
    const driver = openDriver();
    driver.createContainer(hex("1"), await stack(driver, 127));
    const root = driver.mount(hex("1"));
    expect(readdirSync(root)).toHaveLength(127);
    writeFileSync(join(root, "new"), "x");
    await driver.removeContainer(hex("1"));
    await driver.close();
  }, 60_000);

  test("a data root with colons, commas and backslashes works", async () => {
    const driver = openDriver(join(makeFolder(), "a:b,c\\d=e"));
    driver.createContainer(hex("1"), await stack(driver, 2));
    expect(readdirSync(driver.mount(hex("1"))).sort()).toEqual(["file0", "file1"]);
    driver.unmount(hex("1"));
  });

  test("below a shared mount the driver's mounts stay private", async () => {
    const folder = makeFolder();
    mount({ source: "tmpfs", target: folder, type: "tmpfs" });
    mount({ target: folder, flags: mountFlags.shared });
    const root = join(folder, "driver");
    const driver = openDriver(root);
    openDriver(root);
    driver.createContainer(hex("1"), undefined);
    const merged = driver.mount(hex("1"));
    const mounts = readMountInfo();
    expect(mounts.find(({ target }) => target === merged)?.isShared).toBe(false);
    expect(mounts.filter(({ target }) => target === root)).toHaveLength(1);
  });

  test("a container can be mounted read-only", async () => {
    const driver = openDriver();
    driver.createContainer(hex("1"), undefined);
    const root = driver.mount(hex("1"), { readOnly: true });
    expect(() => writeFileSync(join(root, "file"), "")).toThrow("EROFS");
    driver.unmount(hex("1"));
  });

  test("deletion that a crash interrupted goes on after the restart", async () => {
    const root = join(makeFolder(), "driver");
    openDriver(root);
    mkdirSync(join(root, "trash/left/over"), { recursive: true });
    const driver = openDriver(root);
    await driver.close();
    expect(readdirSync(join(root, "trash"))).toEqual([]);
  });

  test("a child killed in mid-stream leaves nothing that the next daemon would see", async () => {
    const root = join(makeFolder(), "driver");
    const { root: staged, whiteouts } = openDriver(root).stage(undefined);
    const signal = new AbortController().signal;
    const unpacking = client.unpack({ root: staged, whiteouts, compression: "none", signal });
    const archive = packTar([{ path: "big", type: "file", content: Buffer.alloc(1 << 20) }]);
    await unpacking.write(archive.subarray(0, 600_000));
    process.kill(unpacking.pid, "SIGKILL");
    expect(await unpacking.done.catch((error: Error) => error.message)).toContain("SIGKILL");
    const driver = openDriver(root);
    expect(driver.layers()).toEqual([]);
    expect(readdirSync(join(root, "staging"))).toEqual([]);
    await driver.close();
    expect(readdirSync(join(root, "trash"))).toEqual([]);
  });

  test("mounting takes about a millisecond", async () => {
    const driver = openDriver();
    const top = await stack(driver, 5);
    const times: number[] = [];
    for (let index = 0; index < 20; index += 1) {
      const id = index.toString(16).padStart(64, "0");
      driver.createContainer(id, top);
      const start = performance.now();
      driver.mount(id);
      times.push(performance.now() - start);
    }
    // Far above what is measured, and far below what starting a program would take on a busy machine.
    expect(times.sort((a, b) => a - b)[10]).toBeLessThan(5);
    for (const id of driver.containers()) await driver.removeContainer(id);
    await driver.close();
  });

  test("the probe says yes on an ordinary file system and leaves nothing", () => {
    const folder = makeFolder();
    expect(probeOverlay(folder)).toBeUndefined();
    expect(readdirSync(folder)).toEqual([]);
  });

  test("the probe says no, with the reason, where overlay cannot stack", () => {
    const folder = makeFolder();
    for (const name of ["low", "upper", "work", "merged"]) mkdirSync(join(folder, name));
    const options = `lowerdir=${folder}/low,upperdir=${folder}/upper,workdir=${folder}/work`;
    mount({ source: "overlay", target: join(folder, "merged"), type: "overlay", options });
    expect(probeOverlay(join(folder, "merged/data"))).toContain("overlay");
  });
});

test("a full disk while unpacking is told and harms no other layer", async () => {
  const folder = makeFolder();
  mount({ source: "tmpfs", target: folder, type: "tmpfs", options: "size=1m" });
  const driver = new OverlayDriver(join(folder, "driver"));
  driver.open();
  await driver.stage(undefined).commit(hex("a"));
  const staged = driver.stage(hex("a"));
  const failure = await fill(staged, { big: "x".repeat(2 << 20) }).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: "ENOSPC", message: "big: no space left on device" });
  await staged.discard();
  await driver.close();
  expect(driver.layers()).toEqual([hex("a")]);
  expect(readFileSync("/proc/mounts", "utf8")).toContain(folder);
  await fill(driver.stage(hex("a")), { small: "x".repeat(512 << 10) });
});
