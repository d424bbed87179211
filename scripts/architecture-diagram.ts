// Draws layers.json into ARCHITECTURE.md between its two markers. With --check it only says whether it is current.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";

const root = join(import.meta.dir, "..");
const file = join(root, "ARCHITECTURE.md");
const { arrows } = JSON.parse(readFileSync(join(root, "layers.json"), "utf8")) as { arrows: Record<string, string[]> };

/** Every folder may use base and nearly all may use formats and platform: those arrows would hide the others. */
const foundation = new Set(["base", "formats", "platform"]);

function diagram(): string {
  const lines = ["```mermaid", "flowchart TD"];
  for (const [from, targets] of Object.entries(arrows)) {
    for (const target of targets) {
      const [to, contract] = target.split(":");
      if (foundation.has(to!)) continue;
      lines.push(contract ? `  ${from} -. ${contract} .-> ${to}` : `  ${from} --> ${to}`);
    }
  }
  lines.push(
    "  subgraph foundation [used by all of the above]",
    "    formats --> base",
    "    platform --> base",
    "  end",
    "```",
  );
  return lines.join("\n");
}

const text = readFileSync(file, "utf8");
const wanted = text.replace(/(<!-- layers: [^>]*-->)[\s\S]*(<!-- \/layers -->)/, `$1\n${diagram()}\n$2`);
if (process.argv.includes("--check")) {
  if (wanted !== text)
    console.error("ARCHITECTURE.md: the diagram is not what layers.json says; run scripts/architecture-diagram.ts");
  process.exit(wanted === text ? 0 : 1);
}
writeFileSync(file, wanted);
