import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeNode } from "#platform/linux/make-entry.ts";
import { mount, unmount } from "#platform/linux/mount.ts";
import { SyscallError } from "#platform/linux/syscall-error.ts";
import { setXattr } from "#platform/linux/xattr.ts";
import { overlayFeatures, withOverlayOptions } from "./overlay-options.ts";

/**
 * Tries in `folder` (made when missing) all that the overlay driver does: mount two layers with a writable one, whiteout,
 * opaque folder, write. Undefined when it works, else the reason in words; a data root on overlayfs, NFS and the like fails.
 */
export function probeOverlay(folder: string): string | undefined {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const probe = mkdtempSync(join(folder, "overlay-probe-"));
  const at = (name: string) => join(probe, name);
  try {
    for (const name of ["low", "high", "high/opaque", "low/opaque", "upper", "work", "merged"]) mkdirSync(at(name));
    for (const name of ["low/kept", "low/hidden", "low/opaque/hidden"]) writeFileSync(at(name), "low");
    makeNode(at("high/hidden"), { type: "characterDevice", mode: 0 });
    setXattr(at("high/opaque"), "trusted.overlay.opaque", Buffer.from("y"));
    const folders = { lower: [at("high"), at("low")], upper: at("upper"), work: at("work") };
    withOverlayOptions(folders, overlayFeatures(), (options) =>
      mount({ source: "overlay", target: at("merged"), type: "overlay", options }),
    );
    return complaint(at("merged"), at("upper"));
  } catch (error) {
    if (error instanceof SyscallError || (error as { code?: unknown }).code !== undefined)
      return (error as Error).message;
    throw error;
  } finally {
    unmount(at("merged"), { detach: true });
    rmSync(probe, { recursive: true, force: true });
  }
}

function complaint(merged: string, upper: string): string | undefined {
  // Without file types in its folders' entries a file system hides nothing from a listing.
  const listed = [...readdirSync(merged), ...readdirSync(join(merged, "opaque"))].includes("hidden");
  if (listed || existsSync(join(merged, "hidden"))) return "whiteouts have no effect";
  writeFileSync(join(merged, "kept"), "high");
  return readFileSync(join(upper, "kept"), "utf8") === "high" ? undefined : "writes do not arrive in the upper folder";
}
