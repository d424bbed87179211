import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { closeFile, openBelow, openFile, openFlags, resolveFlags } from "./open.ts";
import { SyscallError } from "./syscall-error.ts";

const folder = mkdtempSync(join(tmpdir(), "wherry-open-"));
mkdirSync(join(folder, "root/etc"), { recursive: true });
writeFileSync(join(folder, "secret"), "outside");
writeFileSync(join(folder, "root/etc/name"), "inside");
symlinkSync("/etc/name", join(folder, "root/absolute"));
symlinkSync("../../../../secret", join(folder, "root/upwards"));
const directory = openFile({ path: join(folder, "root"), flags: openFlags.path | openFlags.directory });
afterAll(() => {
  closeFile(directory);
  rmSync(folder, { recursive: true });
});

function codeOf(work: () => number): string {
  try {
    closeFile(work());
    return "opened";
  } catch (error) {
    return (error as SyscallError).code;
  }
}

test("an absolute link is resolved inside the root", () => {
  const fd = openBelow({ directory, path: "absolute", flags: openFlags.readOnly });
  expect(readFileSync(fd, "utf8")).toBe("inside");
  closeFile(fd);
});

test("no number of .. leads out of the root", () => {
  expect(codeOf(() => openBelow({ directory, path: "upwards", flags: openFlags.readOnly }))).toBe("ENOENT");
  expect(codeOf(() => openBelow({ directory, path: "../secret", flags: openFlags.readOnly }))).toBe("ENOENT");
});

test("leaving the folder can be an error instead", () => {
  const resolve = resolveFlags.beneath;
  expect(codeOf(() => openBelow({ directory, path: "../secret", flags: openFlags.readOnly, resolve }))).toBe("EXDEV");
});

test("a symbolic link is not opened when links are not to be followed", () => {
  const flags = openFlags.readOnly | openFlags.noFollow;
  expect(codeOf(() => openFile({ directory, path: "absolute", flags }))).toBe("ELOOP");
});

test("a failure names the call, the error and the path", () => {
  expect(() => openFile({ path: "/nonexistent", flags: openFlags.readOnly })).toThrow("open /nonexistent: ENOENT");
});

test("a name that is not UTF-8 is opened by its bytes", () => {
  const path = Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0xff, 0xfe])]);
  closeFile(openFile({ path, flags: openFlags.writeOnly | openFlags.create, mode: 0o600 }));
  expect(readFileSync(path, "utf8")).toBe("");
  expect(() => openFile({ path: Buffer.from("a\0b"), flags: openFlags.readOnly })).toThrow("NUL");
});
