import type { ContainerConfig } from "#api/types/container.ts";
import { EngineError } from "#base/errors/engine-error.ts";
import type { ImageResolver, ResolvedImage } from "#engine/image/image-service.ts";

interface FakeImage {
  /** Names as the user types them: "busybox" means "busybox:latest". */
  readonly names: readonly string[];
  readonly config?: ContainerConfig;
  readonly topLayer?: string;
}

/** Images in memory, for tests of what stands above them. Resolves a name, "name:tag", a full id or a prefix of one. */
export class FakeImageResolver implements ImageResolver {
  readonly #images: ResolvedImage[] = [];

  /** Adds an image and returns its id, which is made of its position: the first is "sha256:000…1". */
  add({ names, config = {}, topLayer }: FakeImage): string {
    const id = `sha256:${String(this.#images.length + 1).padStart(64, "0")}`;
    this.#images.push({
      id,
      os: "linux",
      architecture: "amd64",
      variant: "",
      config,
      topLayer,
      repoTags: names.map(withTag),
    });
    return id;
  }

  resolve(ref: string): ResolvedImage {
    const prefix = ref.startsWith("sha256:") ? ref : `sha256:${ref}`;
    const found =
      this.#images.find((image) => image.repoTags.includes(withTag(ref))) ??
      this.#images.find((image) => image.id.startsWith(prefix));
    if (!found) throw new EngineError("not-found", "image.no-such", `No such image: ${withTag(ref)}`);
    return found;
  }

  displayName(ref: string, id: string): string {
    const current = this.#images.find((image) => image.repoTags.includes(withTag(ref)));
    return current?.id === id ? ref : id;
  }
}

function withTag(name: string): string {
  return name.includes(":", name.lastIndexOf("/") + 1) ? name : `${name}:latest`;
}
