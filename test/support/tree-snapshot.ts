import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { getXattr, listXattrs } from "#platform/linux/xattr.ts";

/**
 * Everything below a folder as one line an entry: type and mode, owner, nanosecond mtime, device, size, first name of the
 * same inode, link target, xattrs, hash of the content. Names that are not UTF-8 are shown as hex.
 */
export function treeSnapshot(root: string): string[] {
  const lines: string[] = [];
  const firstNames = new Map<bigint, string>();
  const visit = (path: Buffer, shown: string) => {
    const stats = lstatSync(path, { bigint: true });
    const first = firstNames.get(stats.ino) ?? shown;
    firstNames.set(stats.ino, first);
    lines.push(
      [
        shown,
        stats.mode.toString(8),
        `${stats.uid}:${stats.gid}`,
        stats.mtimeNs,
        `dev=${stats.rdev}`,
        stats.isDirectory() ? "" : `size=${stats.size} as=${first}`,
        stats.isSymbolicLink() ? readlinkSync(path, { encoding: "buffer" }).toString("hex") : "",
        listXattrs(path)
          .sort()
          .map((name) => `${name}=${Buffer.from(getXattr(path, name) ?? []).toString("hex")}`)
          .join(","),
        stats.isFile() ? createHash("sha256").update(readFileSync(path)).digest("hex").slice(0, 16) : "",
      ].join(" "),
    );
    if (!stats.isDirectory()) return;
    for (const name of readdirSync(path, { encoding: "buffer" }).sort((a, b) => Buffer.compare(a, b))) {
      const text = name.toString("utf8");
      visit(
        Buffer.concat([path, Buffer.from("/"), name]),
        `${shown}/${text.includes("\uFFFD") ? name.toString("hex") : text}`,
      );
    }
  };
  visit(Buffer.from(root), ".");
  return lines;
}
