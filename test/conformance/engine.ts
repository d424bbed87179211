import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { busyboxRootfs } from "../support/busybox-image.ts";
import { dockerCli } from "../support/docker-cli.ts";
import { freePort } from "../support/free-port.ts";
import { layerOf } from "../support/layer-of.ts";
import { type Registry, startRegistry } from "../support/registry.ts";
import { mustRun, runCommand } from "../support/run-command.ts";
import type { Surroundings } from "./normalise.ts";

export interface EngineUnderTest {
  readonly socket: string;
  /** Address of its default bridge. */
  readonly bridgeAddress: string;
  readonly registry: Registry;
  /** Docker's, unless told otherwise. */
  readonly cli?: string;
}

/** An engine that scenarios are played on, one at a time; dockerd and wherry alike. */
export class ConformanceEngine {
  readonly socket: string;
  /** The command line that steps are run with. */
  readonly cli: string;
  /** What the words of scenarios stand for here. */
  readonly words: Readonly<Record<string, string>>;
  readonly surroundings: Surroundings;
  readonly env: Readonly<Record<string, string>>;
  readonly #home: string;

  private constructor(socket: string, cli: string, words: Record<string, string>, home: string) {
    this.socket = socket;
    this.cli = cli;
    this.words = words;
    this.#home = home;
    const names = Object.fromEntries(Object.entries(words).map(([word, value]) => [value, word]));
    this.surroundings = {
      names: { ...names, [socket]: "<socket>", [home]: "<home>" },
      subnet: words["$bridge"]!.replace(/\.\d+$/, ""),
    };
    // The command line must not see the settings of whoever runs the tests.
    this.env = { DOCKER_HOST: `unix://${socket}`, DOCKER_CONFIG: join(home, "config"), TZ: "UTC" };
  }

  /** The engine may be in use, but gets emptied. */
  static async prepare({
    socket,
    bridgeAddress,
    registry,
    cli = dockerCli(),
  }: EngineUnderTest): Promise<ConformanceEngine> {
    const home = mkdtempSync(join(tmpdir(), "wherry-conformance-"));
    const words = {
      $registry: registry.address,
      $dir: join(home, "files"),
      $rootfs: join(home, "rootfs.tar"),
      $port2: String(await freePort()),
      $port: String(await freePort()),
      $bridge: bridgeAddress,
    };
    const engine = new ConformanceEngine(socket, cli, words, home);
    await engine.#remove(() => false);
    const rootfs = await busyboxRootfs();
    writeFileSync(words.$rootfs, rootfs);
    await mustRun([dockerCli(), "import", "--change", "CMD sh", "-", "busybox"], { stdin: rootfs, env: engine.env });
    return engine;
  }

  request(method: string, path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`http://engine${path}`, { ...init, method, unix: this.socket } as RequestInit);
  }

  /** Back to nothing but the image `busybox` and an empty `$dir`. */
  async reset(): Promise<void> {
    await this.#remove((tag) => tag === "busybox:latest");
    for (const folder of ["files", "config"]) rmSync(join(this.#home, folder), { recursive: true, force: true });
  }

  async #remove(keepsTag: (tag: string) => boolean): Promise<void> {
    const containers = (await (await this.request("GET", "/containers/json?all=1")).json()) as { Id: string }[];
    for (const { Id } of containers) await this.request("DELETE", `/containers/${Id}?force=1&v=1`);
    const images = (await (await this.request("GET", "/images/json")).json()) as {
      Id: string;
      RepoTags: string[] | null;
    }[];
    for (const { Id, RepoTags } of images) {
      const tags = RepoTags ?? [];
      const doomed = tags.some(keepsTag) ? tags.filter((tag) => !keepsTag(tag)) : [Id];
      for (const ref of doomed) await this.request("DELETE", `/images/${encodeURIComponent(ref)}?force=1`);
    }
    const { Volumes } = (await (await this.request("GET", "/volumes")).json()) as {
      Volumes: { Name: string }[] | null;
    };
    for (const { Name } of Volumes ?? []) await this.request("DELETE", `/volumes/${Name}?force=1`);
  }

  async close(): Promise<void> {
    // The parent that a scenario asked for stays behind with every engine.
    const parents = ["find", "/sys/fs/cgroup", "-maxdepth", "2", "-type", "d", "-name", "conformance"];
    await runCommand([...parents, "-exec", "rmdir", "{}", "+"]);
    rmSync(this.#home, { recursive: true, force: true });
  }
}

/** The registry that `$registry` names, with `team/app` in two versions. */
export async function conformanceRegistry(): Promise<Registry> {
  const registry = await startRegistry();
  await registry.push("team/app", "1.0", [await busyboxRootfs({ "etc/version": "1.0\n" })], {
    Labels: { version: "1.0" },
  });
  await registry.push(
    "team/app",
    "2.0",
    [await busyboxRootfs({ "etc/version": "1.0\n" }), await layerOf({ "etc/version": "2.0\n" })],
    {
      Env: ["VERSION=2.0"],
      Cmd: ["cat", "/etc/version"],
    },
  );
  return registry;
}
