// Needs root (overlay, chroot) and docker-registry.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Transport } from "#registry/transport.ts";
import { CertificateAuthority } from "../support/certificates.ts";
import { DockerRegistry } from "../support/docker-registry.ts";
import { ImageWorld, nothing } from "../support/image-world.ts";
import { pushImage, type TestImage, testImage, testIndex, testLayer } from "../support/test-image.ts";
import { TokenServer } from "../support/token-server.ts";

const folder = mkdtempSync(join(tmpdir(), "wherry-pull-"));
const data = join(folder, "data");
const base = testLayer({ "etc/base": "base", "etc/old": "old" });
const middle = testLayer({ "etc/middle": "middle", "etc/.wh.old": "" }, "zstd");
const top = testLayer({ "etc/top": "top" }, "none");
const app = testImage([base, middle, top], { config: { Cmd: ["sh"], Labels: { a: "b" }, Env: ["X=1"] } });
const small = testImage([base]);
let registry: DockerRegistry;

beforeAll(async () => {
  registry = await DockerRegistry.start(join(folder, "plain"), data);
  const url = `http://${registry.authority}`;
  await pushImage(url, "team/app", "1", app);
  await pushImage(url, "team/app", "also", app);
  await pushImage(url, "small", "latest", small);
  const entry = (image: TestImage, architecture: string) => ({ image, os: "linux", architecture });
  const arm = testImage([testLayer({ arm: "arm" })], { architecture: "arm64" });
  await pushImage(url, "multi", "1", testIndex([entry(arm, "arm64"), entry(small, "amd64")]));
});
afterAll(async () => {
  await registry[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const failureOf = async (work: Promise<unknown>): Promise<{ code: string; message: string; kind: string }> =>
  work.then(
    () => {
      throw new Error("did not fail");
    },
    (error: { code: string; message: string; kind: string }) => error,
  );

test("a pull by tag brings config, names and all layers in order", async () => {
  await using world = await ImageWorld.open();
  const name = `${registry.authority}/team/app:1`;
  const records = await world.pull(name);
  const { image, tags, digests } = world.images.inspect(name);
  expect(image.id as string).toBe(app.config.digest);
  expect(tags).toEqual([name]);
  expect(digests).toEqual([`${registry.authority}/team/app@${app.manifest.digest}`]);
  expect(image.config.config).toEqual({ Cmd: ["sh"], Labels: { a: "b" }, Env: ["X=1"] });
  expect(image.sizeBytes).toBe("baseold".length + "middle".length + "top".length);

  const container = "c".repeat(64);
  await world.storage.createContainer(container, image.layers.at(-1));
  const root = world.storage.mount(container);
  expect(readFileSync(join(root, "etc/base"), "utf8")).toBe("base");
  expect(readFileSync(join(root, "etc/middle"), "utf8")).toBe("middle");
  expect(readFileSync(join(root, "etc/top"), "utf8")).toBe("top");
  expect(existsSync(join(root, "etc/old"))).toBe(false);
  await world.storage.removeContainer(container);

  expect(records[0]).toEqual({ status: "Pulling from team/app", id: "1" });
  expect(records.slice(-2)).toEqual([
    { status: `Digest: ${app.manifest.digest}` },
    { status: `Status: Downloaded newer image for ${name}` },
  ]);
  const id = base.digest.slice(7, 19);
  const phases = records.filter((record) => record.id === id).map(({ status }) => status);
  expect(phases.filter((status) => status !== "Downloading")).toEqual([
    "Pulling fs layer",
    "Verifying Checksum",
    "Download complete",
    "Extracting",
    "Pull complete",
  ]);
  expect(world.events.map(({ action, id, attributes }) => ({ action, id, attributes }))).toEqual([
    { action: "pull", id: name, attributes: { a: "b", name: `${registry.authority}/team/app` } },
  ]);
});

test("pulling again fetches nothing, a new tag of known content only says so", async () => {
  await using world = await ImageWorld.open();
  const name = `${registry.authority}/team/app`;
  await world.pull(name, { tag: "1" });
  const again = await world.pull(name, { tag: "1" });
  expect(again.at(-1)).toEqual({ status: `Status: Image is up to date for ${name}:1` });
  expect(again).toHaveLength(3);
  const also = await world.pull(name, { tag: "also" });
  expect(also.at(-1)).toEqual({ status: `Status: Downloaded newer image for ${name}:also` });
  expect(world.images.inspect(`${name}:1`).tags).toEqual([`${name}:1`, `${name}:also`]);
});

test("layers that another image brought are there already", async () => {
  await using world = await ImageWorld.open();
  await world.pull(`${registry.authority}/small:latest`);
  const records = await world.pull(`${registry.authority}/team/app:1`);
  const id = base.digest.slice(7, 19);
  expect(records.filter((record) => record.id === id)).toEqual([{ status: "Already exists", progressDetail: {}, id }]);
});

test("a pull without a tag takes all tags of the repository", async () => {
  await using world = await ImageWorld.open();
  const name = `${registry.authority}/team/app`;
  const records = await world.pull(name);
  const pulled = records.filter(({ status }) => status?.startsWith("Pulling from")).map(({ id }) => id);
  expect(new Set(pulled)).toEqual(new Set(["1", "also"]));
  expect(records.at(-1)).toEqual({ status: `Status: Downloaded newer image for ${name}` });
  expect(world.images.inspect(`${name}:also`).tags).toHaveLength(2);
});

test("a pull by digest gives no tag", async () => {
  await using world = await ImageWorld.open();
  const name = `${registry.authority}/team/app`;
  await world.pull(name, { tag: app.manifest.digest });
  const { tags, digests } = world.images.inspect(`${name}@${app.manifest.digest}`);
  expect(tags).toEqual([]);
  expect(digests).toEqual([`${name}@${app.manifest.digest}`]);
});

test("of a list the entry of the host's platform is taken, or the one asked for", async () => {
  await using world = await ImageWorld.open();
  const name = `${registry.authority}/multi:1`;
  await world.pull(name);
  expect(world.images.resolve(name).architecture).toBe("amd64");
  await world.pull(name, { platform: "linux/arm64" });
  expect(world.images.resolve(name).architecture).toBe("arm64");
  const failure = await failureOf(world.pull(name, { platform: "linux/s390x" }));
  expect(failure).toMatchObject({
    kind: "not-found",
    message: "no matching manifest for linux/s390x in the manifest list entries",
  });
  expect(world.images.resolve(name).architecture).toBe("arm64");
});

test("vfs copies each layer over the one below", async () => {
  await using world = await ImageWorld.open({ driver: "vfs" });
  const name = `${registry.authority}/team/app:1`;
  await world.pull(name);
  const { image } = world.images.inspect(name);
  expect(image.layers.every((layer) => world.storage.hasLayer(layer))).toBe(true);
  await world.images.remove(name, { force: false, noPrune: false });
  expect(world.leftovers()).toEqual(nothing);
});

test("an unknown tag or repository is not found, and nobody answering is told as docker tells it", async () => {
  await using world = await ImageWorld.open();
  const { authority } = registry;
  expect(await failureOf(world.pull(`${authority}/small:nope`))).toMatchObject({
    kind: "not-found",
    message: `manifest for ${authority}/small:nope not found: manifest unknown: manifest unknown`,
  });
  expect(await failureOf(world.pull(`${authority}/nope:1`))).toMatchObject({
    kind: "not-found",
    message: `manifest for ${authority}/nope:1 not found: manifest unknown: manifest unknown`,
  });
  expect(await failureOf(world.pull("127.0.0.1:1/x:1"))).toMatchObject({
    kind: "internal",
    message: 'Get "http://127.0.0.1:1/v2/": dial tcp 127.0.0.1:1: connect: connection refused',
  });
  expect(world.leftovers()).toEqual(nothing);
});

test("a registry mirror is asked for docker.io's images", async () => {
  await using world = await ImageWorld.open({ mirrors: [`http://${registry.authority}`] });
  await pushImage(`http://${registry.authority}`, "library/tiny", "latest", small);
  const records = await world.pull("tiny", { tag: "latest" });
  expect(records[0]).toEqual({ status: "Pulling from library/tiny", id: "latest" });
  expect(world.images.inspect("tiny").digests).toEqual([`tiny@${small.manifest.digest}`]);
});

test("a layer whose bytes were changed is refused and nothing of the image stays", async () => {
  const damaged = testImage([base, testLayer({ big: "x".repeat(100_000) }), top]);
  await pushImage(`http://${registry.authority}`, "damaged", "1", damaged);
  const { digest, bytes } = damaged.layers[1]!;
  writeFileSync(registry.blobPath(digest), Buffer.from(bytes).fill(0, 60, 70));
  await using world = await ImageWorld.open();
  await world.pull(`${registry.authority}/small:latest`);
  const before = world.leftovers();
  const failure = await failureOf(world.pull(`${registry.authority}/damaged:1`));
  expect(failure.message).toBe(`filesystem layer verification failed for digest ${digest}`);
  expect(world.leftovers()).toEqual(before);
  expect(
    await failureOf(Promise.resolve().then(() => world.images.inspect(`${registry.authority}/damaged:1`))),
  ).toMatchObject({
    code: "image.no-such",
  });
});

test("a config that promises other layers is refused", async () => {
  const liar = testImage([base, top], { diffIds: [base.diffId, base.diffId] });
  await pushImage(`http://${registry.authority}`, "liar", "1", liar);
  await using world = await ImageWorld.open();
  const failure = await failureOf(world.pull(`${registry.authority}/liar:1`));
  expect(failure.message).toBe("layers from manifest don't match image configuration");
  expect(world.leftovers()).toEqual(nothing);
});

test("basic auth: without a login, with a wrong one, with the right one", async () => {
  const htpasswd = `alice:${await Bun.password.hash("secret", { algorithm: "bcrypt", cost: 4 })}\n`;
  await using guarded = await DockerRegistry.start(join(folder, "basic"), data, {
    htpasswd: htpasswd.replace("$2b$", "$2y$"),
  });
  await using world = await ImageWorld.open();
  const name = `${guarded.authority}/small:latest`;
  expect(await failureOf(world.pull(name))).toMatchObject({
    kind: "internal",
    message: `Head "http://${guarded.authority}/v2/small/manifests/latest": no basic auth credentials`,
  });
  expect(await failureOf(world.pull(name, { user: ["alice", "wrong"] }))).toMatchObject({
    kind: "unauthorized",
    message: "unauthorized: authentication required",
  });
  await world.pull(name, { user: ["alice", "secret"] });
  expect(world.images.inspect(name).image.id as string).toBe(small.config.digest);

  const login = (password: string) =>
    world.images.authenticate(
      { username: "alice", password, serveraddress: guarded.authority },
      new AbortController().signal,
    );
  expect(await login("secret")).toEqual({ identityToken: "" });
  expect((await failureOf(login("wrong"))).message).toBe(
    `login attempt to http://${guarded.authority}/v2/ failed with status: 401 Unauthorized`,
  );
});

test("bearer tokens: public for everybody, private for those who may", async () => {
  const certificates = join(folder, "token-ca");
  mkdirSync(certificates);
  const authority = new CertificateAuthority(certificates, "issuer");
  const signer = authority.issue("signer");
  using tokens = new TokenServer({
    signer,
    users: { bob: "builder" },
    isPublic: (repository) => repository === "small",
  });
  await using guarded = await DockerRegistry.start(join(folder, "token"), data, {
    token: {
      realm: tokens.realm,
      issuer: "test-issuer",
      service: "test-service",
      certificate: authority.certificate,
    },
  });
  await using world = await ImageWorld.open();
  await world.pull(`${guarded.authority}/small:latest`);
  expect(tokens.requests.map((request) => request.get("scope"))).toEqual(["repository:small:pull"]);
  expect(tokens.requests[0]!.get("service")).toBe("test-service");

  const name = `${guarded.authority}/team/app:1`;
  expect(await failureOf(world.pull(name))).toMatchObject({
    kind: "not-found",
    message: `pull access denied for ${guarded.authority}/team/app, repository does not exist or may require 'docker login': denied: requested access to the resource is denied`,
  });
  expect(await failureOf(world.pull(name, { user: ["bob", "wrong"] }))).toMatchObject({
    kind: "unauthorized",
    message: "unauthorized: incorrect username or password",
  });
  await world.pull(name, { user: ["bob", "builder"] });
  expect(world.images.inspect(name).image.id as string).toBe(app.config.digest);

  const login = { username: "bob", password: "builder", serveraddress: guarded.authority };
  expect(await world.images.authenticate(login, new AbortController().signal)).toEqual({
    identityToken: "refresh-me",
  });
});

test("TLS: an own CA and a client certificate are taken from certs.d, and are needed", async () => {
  const certificates = join(folder, "tls-ca");
  mkdirSync(certificates);
  const authority = new CertificateAuthority(certificates, "registry-ca");
  await using secure = await DockerRegistry.start(join(folder, "tls"), data, {
    tls: authority.issue("registry"),
    clientAuthority: authority.certificate,
  });
  const trusted = join(folder, "certs.d");
  const own = join(trusted, secure.authority);
  mkdirSync(own, { recursive: true });
  const url = new URL(`https://${secure.authority}/v2/`);
  // Loopback is taken without verification: here it has to stand for a host far away.
  const send = () =>
    new Transport({
      certificateFolders: [trusted],
      insecureHosts: { includes: async () => false },
      userAgent: "wherry-test",
    }).send({ method: "GET", url, signal: new AbortController().signal });

  expect((await failureOf(send())).message).toBe(
    `Get "${url.href}": tls: failed to verify certificate: x509: certificate signed by unknown authority`,
  );
  writeFileSync(join(own, "ca.crt"), authority.certificate);
  await failureOf(send());
  const client = authority.issue("client");
  writeFileSync(join(own, "client.cert"), client.cert);
  writeFileSync(join(own, "client.key"), client.key);
  expect((await send()).status).toBe(200);

  await using world = await ImageWorld.open({ certificateFolders: [trusted] });
  const name = `${secure.authority}/small:latest`;
  await world.pull(name);
  expect(world.images.inspect(name).image.id as string).toBe(small.config.digest);
});
