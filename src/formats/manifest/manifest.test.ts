import { expect, test } from "bun:test";
import { chooseEntry, type ImageIndex, ManifestError, parseManifest } from "./manifest.ts";

const digest = (digit: string) => `sha256:${digit.repeat(64)}`;
const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const docker = "application/vnd.docker.distribution.manifest.v2+json";
const config = { mediaType: "application/vnd.oci.image.config.v1+json", digest: digest("c"), size: 10 };
const layer = { mediaType: "application/vnd.oci.image.layer.v1.tar+gzip", digest: digest("1"), size: 20 };

test("an image manifest gives its config and layers, base first", () => {
  const top = { ...layer, digest: digest("2") };
  const manifest = parseManifest(bytes({ schemaVersion: 2, mediaType: docker, config, layers: [layer, top] }), "");
  expect(manifest).toEqual({ kind: "image", config, layers: [layer, top] } as unknown as typeof manifest);
});

test("the registry's content type counts only where the manifest is silent", () => {
  const silent = bytes({ schemaVersion: 2, config, layers: [] });
  expect(parseManifest(silent, `${docker}; charset=utf-8`).kind).toBe("image");
  expect(parseManifest(silent, "application/json").kind).toBe("image");
  expect(parseManifest(bytes({ schemaVersion: 2, manifests: [] }), "").kind).toBe("index");
  expect(parseManifest(bytes({ mediaType: docker, config, layers: [] }), "text/plain").kind).toBe("image");
});

test("schema 1 is told apart, so that it can be refused by its name", () => {
  try {
    parseManifest(bytes({ schemaVersion: 1, name: "x", fsLayers: [] }), "");
    throw new Error("was accepted");
  } catch (error) {
    expect(error).toBeInstanceOf(ManifestError);
    expect((error as ManifestError).isSchema1).toBe(true);
  }
});

test.each([
  ["no JSON", new TextEncoder().encode("{"), "invalid manifest"],
  ["no object", bytes([]), "not a JSON object"],
  ["no config", bytes({ mediaType: docker, layers: [] }), "a descriptor is missing"],
  [
    "a path as digest",
    bytes({ mediaType: docker, config: { ...config, digest: "../../x" } }),
    "checksum digest format",
  ],
  ["a negative size", bytes({ mediaType: docker, config: { ...config, size: -1 } }), "wrong size"],
  [
    "a chart",
    bytes({ mediaType: docker, config: { ...config, mediaType: "application/vnd.cncf.helm.config.v1+json" } }),
    "not an image",
  ],
  ["another type", bytes({ mediaType: "application/x" }), "unsupported manifest media type"],
])("%s is refused", (_, content, message) => {
  expect(() => parseManifest(content, "")).toThrow(message);
});

test("the best entry for a platform is chosen, attestations never", () => {
  const entry = (digit: string, os: string, architecture: string) => ({
    mediaType: docker,
    digest: digest(digit),
    size: 1,
    platform: { os, architecture },
  });
  const list = parseManifest(
    bytes({
      schemaVersion: 2,
      manifests: [
        { ...entry("0", "unknown", "unknown") },
        { ...entry("1", "linux", "386") },
        { ...entry("2", "linux", "amd64") },
        { ...entry("3", "linux", "arm64") },
        { mediaType: docker, digest: digest("4"), size: 1 },
      ],
    }),
    "application/vnd.oci.image.index.v1+json",
  ) as ImageIndex;
  const chosen = (architecture: string) =>
    chooseEntry(list, { os: "linux", architecture, variant: "" })?.digest as string;
  expect(chosen("amd64")).toBe(digest("2"));
  expect(chosen("arm64")).toBe(digest("3"));
  expect(chosen("386")).toBe(digest("1"));
  expect(chosen("s390x")).toBeUndefined();
});
