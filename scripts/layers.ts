// Checks that every import obeys the arrows of layers.json, type-only imports included.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

interface Layers {
  arrows: Record<string, string[]>;
  contracts: Record<string, string[]>;
  engine: Record<string, string[]>;
  packages: Record<string, string[]>;
}

const root = join(import.meta.dir, "..");
const source = join(root, "src");
const layers = JSON.parse(readFileSync(join(root, "layers.json"), "utf8")) as Layers;

/** The module specifiers of a file: static, re-exported, dynamic and type imports. */
function importsOf(text: string): string[] {
  const found: string[] = [];
  for (const match of text.matchAll(/(?:^|\n)\s*(?:import|export)\b[^;"']*?\bfrom\s+["']([^"']+)["']/g))
    found.push(match[1]!);
  for (const match of text.matchAll(/(?:^|\n)\s*import\s+["']([^"']+)["']/g)) found.push(match[1]!);
  for (const match of text.matchAll(/\bimport\(\s*["']([^"']+)["']\s*\)/g)) found.push(match[1]!);
  return found;
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => relative(source, join(entry.parentPath, entry.name)));
}

const topOf = (path: string) => (path.includes("/") ? path.slice(0, path.indexOf("/")) : path.replace(/\.ts$/, ""));

function matches(pattern: string, path: string): boolean {
  const expression = pattern
    .replaceAll(".", "\\.")
    .replaceAll("**/", "(?:.*/)?")
    .replaceAll("**", ".*")
    .replace(/(?<!\.)\*/g, "[^/]*");
  return new RegExp(`^${expression}$`).test(path);
}

function allowed(from: string, to: string): boolean {
  const fromTop = topOf(from);
  const toTop = topOf(to);
  if (fromTop === toTop) return fromTop === "engine" || fromTop === "drivers" ? insideAllowed(fromTop, from, to) : true;
  return (layers.arrows[fromTop] ?? []).some((arrow) => {
    const [top, contract] = arrow.split(":");
    if (top !== toTop) return false;
    return contract === undefined || layers.contracts[contract]!.some((pattern) => matches(pattern, to));
  });
}

/** Inside engine the nouns have an order; driver families do not know each other. */
function insideAllowed(top: string, from: string, to: string): boolean {
  const noun = (path: string) => path.split("/")[1]!;
  if (noun(from) === noun(to)) return true;
  return top === "engine" && (layers.engine[noun(from)] ?? []).includes(noun(to));
}

const breaches: string[] = [];
let seen = 0;
for (const file of filesBelow(source)) {
  const isTest = /\.(test|suite)\.ts$/.test(file);
  for (const specifier of importsOf(readFileSync(join(source, file), "utf8"))) {
    seen += 1;
    if (specifier.startsWith(".") || specifier.startsWith("#")) {
      const target = specifier.startsWith("#")
        ? specifier.slice(1)
        : relative(source, join(source, dirname(file), specifier));
      if (target.startsWith("..")) {
        if (!isTest && !target.endsWith("package.json")) breaches.push(`${file} imports ${specifier}, outside src`);
        continue;
      }
      if (specifier.startsWith(".") && topOf(target) !== topOf(file) && file.includes("/"))
        breaches.push(`${file} imports ${specifier}: write #${target}`);
      if (!allowed(file, target)) breaches.push(`${file} may not import ${target}`);
    } else if (!isTest) {
      const rule = layers.packages[specifier] ?? (specifier.startsWith("bun:") ? layers.packages["bun:*"] : undefined);
      if (rule && !rule.some((place) => file.startsWith(`${place}/`)))
        breaches.push(`${file} may not import ${specifier}`);
    }
  }
}
if (seen === 0) breaches.push("no import was seen: the check looked at nothing");
for (const breach of breaches) console.error(`layers: ${breach}`);
console.log(`layers: ${seen} imports, ${breaches.length} breaches`);
process.exit(breaches.length === 0 ? 0 : 1);
