import { chmodSync, lchownSync, linkSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeNode } from "#platform/linux/make-entry.ts";
import { setTimes } from "#platform/linux/set-attributes.ts";
import { setXattr } from "#platform/linux/xattr.ts";

/** A tree with every kind of entry and attribute that a layer can hold. */
export function makeFullTree(root: string): void {
  const at = (path: string) => join(root, path);
  for (const folder of ["bin", "deep", "empty", `deep/${"x".repeat(90)}/${"y".repeat(120)}`])
    mkdirSync(at(folder), { recursive: true });
  writeFileSync(at("bin/tool"), "tool".repeat(10_000));
  lchownSync(at("bin/tool"), 1234, 2_200_000);
  chmodSync(at("bin/tool"), 0o6755);
  // cap_net_raw=ep, which holds bytes that are not UTF-8.
  setXattr(at("bin/tool"), "security.capability", Buffer.from("0100000200f0ff00000000000000000000000000", "hex"));
  linkSync(at("bin/tool"), at("bin/tool-again"));
  symlinkSync("tool", at("bin/link"));
  symlinkSync(`/${"long/".repeat(60)}target`, at("bin/long-link"));
  lchownSync(at("bin/link"), 7, 8);
  writeFileSync(at(`deep/${"x".repeat(90)}/${"y".repeat(120)}/${"z".repeat(200)}`), "deep");
  writeFileSync(at("grün-ñ-日本"), "name");
  writeFileSync(Buffer.concat([Buffer.from(`${root}/raw-`), Buffer.from([0xff, 0xfe, 0x80])]), "raw");
  makeNode(at("char"), { type: "characterDevice", mode: 0o620, major: 5, minor: 300 });
  makeNode(at("block"), { type: "blockDevice", mode: 0o660, major: 259, minor: 1 });
  makeNode(at("fifo"), { type: "fifo", mode: 0o600 });
  writeFileSync(at("sparse"), "begin");
  truncateSync(at("sparse"), 5_000_000);
  writeFileSync(at("sparse"), "middle", { flag: "a" });
  truncateSync(at("sparse"), 9_000_000);
  setXattr(at("empty"), "user.comment", Buffer.from([0, 0xff, 0x0a, 0x3d]));
  chmodSync(at("empty"), 0o1777);
  setTimes(at("bin/tool"), { seconds: 1, nanoseconds: 0 }, { seconds: 1_500_000_000, nanoseconds: 123_456_789 });
  setTimes(at("bin/link"), { seconds: 1, nanoseconds: 0 }, { seconds: 77, nanoseconds: 5 });
  setTimes(at("empty"), { seconds: 1, nanoseconds: 0 }, { seconds: -6, nanoseconds: 500_000_000 });
  setTimes(at("deep"), { seconds: 1, nanoseconds: 0 }, { seconds: 86_400, nanoseconds: 1 });
}
