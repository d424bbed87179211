import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readCertificates } from "./certificates.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "certs-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function put(path: string): Promise<void> {
  await mkdir(join(folder, path, ".."), { recursive: true });
  await writeFile(join(folder, path), path);
}

test("a server without a folder has nothing of its own", async () => {
  expect(await readCertificates([folder, "/nowhere"], "r:5000")).toEqual({});
});

test("authorities are added to the system's, the client certificate goes with its key", async () => {
  await put("r:5000/ca.crt");
  await put("r:5000/client.cert");
  await put("r:5000/client.key");
  const { ca, cert, key } = await readCertificates(["/nowhere", folder], "r:5000");
  expect(ca!.length).toBeGreaterThan(50);
  expect(ca!.at(-1)).toBe("r:5000/ca.crt");
  expect(cert).toBe("r:5000/client.cert");
  expect(key).toBe("r:5000/client.key");
});

test("a client certificate without its key is refused", async () => {
  await put("r/client.cert");
  const failure = await readCertificates([folder], "r").catch((error: unknown) => error);
  expect(failure).toMatchObject({
    failure: "misconfigured",
    message: "missing key client.key for client certificate client.cert. CA certificates must use the extension .crt",
  });
});

test("no name of a server leads out of the folder", async () => {
  await put("ca.crt");
  await put("certs.d/r/ca.crt");
  for (const authority of ["..", ".", "r/../..", "../."])
    expect(await readCertificates([join(folder, "certs.d")], authority)).toEqual({});
  expect(new URL("https://../token").host).toBe("..");
});
