import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mustRun } from "./run-command.ts";

const folders = ["bin", "etc", "home", "proc", "root", "sys", "dev", "tmp", "var/spool", "var/www"];

/** A root file system of this machine's static busybox as a tar, the same bytes every time; no network needed. */
export async function busyboxRootfs(extraFiles: Readonly<Record<string, string>> = {}): Promise<Uint8Array> {
  const root = mkdtempSync(join(tmpdir(), "wherry-rootfs-"));
  try {
    chmodSync(root, 0o755);
    for (const folder of folders) mkdirSync(join(root, folder), { recursive: true });
    chmodSync(join(root, "tmp"), 0o1777);
    copyFileSync("/bin/busybox", join(root, "bin/busybox"));
    const applets = (await mustRun(["/bin/busybox", "--list"]))
      .split("\n")
      .filter((name) => name && name !== "busybox");
    for (const applet of applets) symlinkSync("busybox", join(root, "bin", applet));
    const files = {
      "etc/passwd":
        "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\nann:x:1000:1000:Ann:/home:/bin/sh\n",
      "etc/group": "root:x:0:\nnobody:x:65534:\nstaff:x:50:ann\nann:x:1000:\n",
      ...extraFiles,
    };
    for (const [path, text] of Object.entries(files)) writeFileSync(join(root, path), text);
    return await tarOf(root);
  } finally {
    rmSync(root, { recursive: true });
  }
}

/** Packs a folder, always into the same bytes. */
export async function tarOf(folder: string, ...options: string[]): Promise<Uint8Array> {
  const argv = ["tar", "--sort=name", "--mtime=@1700000000", "--owner=0", "--group=0", "--numeric-owner", ...options];
  const tar = Bun.spawn([...argv, "-C", folder, "-cf", "-", "."], { stdout: "pipe", stderr: "inherit" });
  const bytes = await new Response(tar.stdout).bytes();
  if ((await tar.exited) !== 0) throw new Error(`cannot pack ${folder}`);
  return bytes;
}
