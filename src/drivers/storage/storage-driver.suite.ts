import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { chmodSync, chownSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type StagedLayer, type StorageDriver, StorageError } from "./storage-driver.ts";

/** Members of a layer's archive in order: content, "directory" for a name that ends in a slash. */
export type LayerFiles = Readonly<Record<string, string>>;

/** One driver over one private folder. */
export interface StorageDriverHarness {
  /** The driver over the same folder as before, opened anew as after a restart. */
  open(): StorageDriver;
  /** Unpacks an archive of these members into what was staged. */
  fill(staged: StagedLayer, files: LayerFiles): Promise<void>;
  /** Unmounts and deletes everything. */
  dispose(): Promise<void>;
}

const hex = (digit: string) => digit.repeat(64);

/** What every storage driver promises. `holdsFiles` is false for a fake that only keeps names. */
export function storageDriverSuite(
  name: string,
  { holdsFiles }: { holdsFiles: boolean },
  makeHarness: () => StorageDriverHarness,
): void {
  describe(`storage driver ${name}`, () => {
    let harness: StorageDriverHarness;
    let driver: StorageDriver;
    beforeEach(() => {
      harness = makeHarness();
      driver = harness.open();
    });
    afterEach(() => harness.dispose());

    async function layer(chainId: string, parent?: string, files: LayerFiles = {}): Promise<string> {
      const staged = await driver.stage(parent);
      await harness.fill(staged, files);
      await staged.commit(chainId);
      return chainId;
    }

    test("a layer can be seen after its commit and not before", async () => {
      const staged = await driver.stage(undefined);
      expect(driver.layers()).toEqual([]);
      await staged.commit(hex("a"));
      expect(driver.hasLayer(hex("a"))).toBe(true);
      expect(driver.layers()).toEqual([hex("a")]);
    });

    test("a discarded layer leaves nothing", async () => {
      const staged = await driver.stage(undefined);
      await staged.discard();
      expect(existsSync(staged.root)).toBe(false);
      expect(driver.layers()).toEqual([]);
    });

    test("committed layers survive a restart, staged ones do not", async () => {
      await layer(hex("a"));
      await layer(hex("b"), hex("a"));
      const staged = await driver.stage(hex("b"));
      driver = harness.open();
      expect([...driver.layers()].sort()).toEqual([hex("a"), hex("b")]);
      expect(existsSync(staged.root)).toBe(false);
      await driver.createContainer(hex("1"), hex("b"));
    });

    test("of two commits of one chain id the first stays", async () => {
      const [first, second] = [await driver.stage(undefined), await driver.stage(undefined)];
      await harness.fill(first, { first: "" });
      await harness.fill(second, { second: "" });
      await first.commit(hex("a"));
      await second.commit(hex("a"));
      expect(driver.layers()).toEqual([hex("a")]);
      await driver.createContainer(hex("1"), hex("a"));
      if (holdsFiles) expect(readdirSync(driver.mount(hex("1")))).toEqual(["first"]);
    });

    test("a container on a layer that is not there is refused", async () => {
      const creating = async () => driver.createContainer(hex("1"), hex("f"));
      expect(await creating().catch((error: unknown) => error)).toBeInstanceOf(StorageError);
      expect(driver.containers()).toEqual([]);
    });

    test("mounting and unmounting may be repeated", async () => {
      await driver.createContainer(hex("1"), await layer(hex("a")));
      const root = driver.mount(hex("1"));
      expect(root).toStartWith("/");
      expect(driver.mount(hex("1"))).toBe(root);
      driver.unmount(hex("1"));
      expect(driver.isMounted(hex("1"))).toBe(false);
      driver.unmount(hex("1"));
      expect(driver.mount(hex("1"))).toBe(root);
    });

    test("mounting a container that is not there is refused", () => {
      expect(() => driver.mount(hex("9"))).toThrow(StorageError);
    });

    test("removing takes a mounted container away and ignores an unknown one", async () => {
      await driver.createContainer(hex("1"), await layer(hex("a")));
      const root = driver.mount(hex("1"));
      expect(driver.containers()).toEqual([hex("1")]);
      await driver.removeContainer(hex("1"));
      expect(driver.containers()).toEqual([]);
      expect(driver.isMounted(hex("1"))).toBe(false);
      expect(existsSync(dirname(root))).toBe(false);
      await driver.removeContainer(hex("9"));
    });

    test("a container needs no layers", async () => {
      await driver.createContainer(hex("1"), undefined);
      const root = driver.mount(hex("1"));
      if (holdsFiles) expect(readdirSync(root)).toEqual([]);
    });

    test("a removed layer is gone, also after a restart", async () => {
      await layer(hex("a"));
      await driver.removeLayer(hex("a"));
      expect(driver.hasLayer(hex("a"))).toBe(false);
      await driver.removeLayer(hex("9"));
      driver = harness.open();
      expect(driver.layers()).toEqual([]);
    });

    if (!holdsFiles) return;

    test("a container sees the layers' files as one tree, later layers first", async () => {
      await layer(hex("a"), undefined, { "etc/": "directory", "etc/low": "low", "etc/both": "low" });
      await layer(hex("b"), hex("a"), { "etc/": "directory", "etc/both": "high", "etc/high": "high" });
      await driver.createContainer(hex("1"), hex("b"));
      const etc = join(driver.mount(hex("1")), "etc");
      expect(readdirSync(etc).sort()).toEqual(["both", "high", "low"]);
      expect(readFileSync(join(etc, "both"), "utf8")).toBe("high");
    });

    test("whiteouts hide files, whole trees and a folder's old content", async () => {
      await layer(hex("a"), undefined, { gone: "", "tree/x/y": "", "folder/old": "", stays: "" });
      await layer(hex("b"), hex("a"), { ".wh.gone": "", ".wh.tree": "", "folder/.wh..wh..opq": "", "folder/new": "" });
      await driver.createContainer(hex("1"), hex("b"));
      const root = driver.mount(hex("1"));
      expect(readdirSync(root).sort()).toEqual(["folder", "stays"]);
      expect(readdirSync(join(root, "folder"))).toEqual(["new"]);
    });

    test("a file replaces a folder and a folder a file", async () => {
      await layer(hex("a"), undefined, { "one/inside": "", two: "file" });
      await layer(hex("b"), hex("a"), { one: "file", "two/inside": "" });
      await driver.createContainer(hex("1"), hex("b"));
      const root = driver.mount(hex("1"));
      expect(readFileSync(join(root, "one"), "utf8")).toBe("file");
      expect(readdirSync(join(root, "two"))).toEqual(["inside"]);
    });

    test("what hides something may come back in a later layer, without its old content", async () => {
      await layer(hex("a"), undefined, { "folder/old": "" });
      await layer(hex("b"), hex("a"), { ".wh.folder": "" });
      await layer(hex("c"), hex("b"), { "folder/new": "" });
      await driver.createContainer(hex("1"), hex("c"));
      expect(readdirSync(join(driver.mount(hex("1")), "folder"))).toEqual(["new"]);
    });

    test("containers of one layer do not see each other's writes, and the layer stays as it was", async () => {
      await layer(hex("a"), undefined, { file: "layer" });
      for (const id of [hex("1"), hex("2")]) await driver.createContainer(id, hex("a"));
      writeFileSync(join(driver.mount(hex("1")), "file"), "changed");
      expect(readFileSync(join(driver.mount(hex("2")), "file"), "utf8")).toBe("layer");
      await driver.createContainer(hex("3"), hex("a"));
      expect(readFileSync(join(driver.mount(hex("3")), "file"), "utf8")).toBe("layer");
    });

    test("writes survive unmounting and a restart", async () => {
      await driver.createContainer(hex("1"), await layer(hex("a")));
      writeFileSync(join(driver.mount(hex("1")), "file"), "written");
      driver.unmount(hex("1"));
      driver = harness.open();
      expect(readFileSync(join(driver.mount(hex("1")), "file"), "utf8")).toBe("written");
    });

    test("a mounted container is still mounted for the next daemon", async () => {
      await driver.createContainer(hex("1"), await layer(hex("a")));
      const root = driver.mount(hex("1"));
      const mounted = driver.isMounted(hex("1"));
      driver = harness.open();
      expect(driver.isMounted(hex("1"))).toBe(mounted);
      expect(driver.mount(hex("1"))).toBe(root);
    });

    test("sizes count what a layer holds and what a container wrote", async () => {
      await layer(hex("a"), undefined, { five: "12345", seven: "1234567" });
      await layer(hex("b"), hex("a"), { three: "123" });
      expect(await driver.layerSizeBytes(hex("a"))).toBe(12);
      expect(await driver.layerSizeBytes(hex("b"))).toBe(3);
      await driver.createContainer(hex("1"), hex("b"));
      expect(await driver.containerSizeBytes(hex("1"))).toBe(0);
      writeFileSync(join(driver.mount(hex("1")), "new"), "1234");
      expect(await driver.containerSizeBytes(hex("1"))).toBe(4);
    });

    test("the container's root is open to every user, whatever the image's root is", async () => {
      const staged = await driver.stage(undefined);
      chmodSync(staged.root, 0o700);
      chownSync(staged.root, 12, 34);
      await staged.commit(hex("a"));
      await driver.createContainer(hex("1"), hex("a"));
      const { mode, uid, gid } = statSync(driver.mount(hex("1")));
      expect([mode & 0o7777, uid, gid]).toEqual([0o755, 0, 0]);
    });
  });
}
