// Compares src/api/operations.ts with a published description: `bun scripts/compare-operations.ts swagger.yaml`.
import { readFileSync } from "node:fs";
import process from "node:process";
import { YAML } from "bun";
import { operations } from "../src/api/operations.ts";

interface Described {
  readonly parameters?: readonly { readonly in: string; readonly name: string }[];
  readonly responses: Readonly<Record<string, unknown>>;
}
type Paths = Readonly<Record<string, Readonly<Record<string, Described>>>>;

const methods = ["get", "head", "post", "put", "delete"];

/** What of an operation is compared, as one line. */
const line = (method: string, path: string, query: readonly string[], body: boolean, statuses: readonly number[]) =>
  `${method} ${path} query:${[...query].sort().join(",")} body:${body} statuses:${[...statuses].sort((a, b) => a - b).join(",")}`;

function described(paths: Paths): string[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([method]) => methods.includes(method))
      .map(([method, { parameters = [], responses }]) =>
        line(
          method.toUpperCase(),
          path,
          parameters.filter((parameter) => parameter.in === "query").map(({ name }) => name),
          parameters.some((parameter) => parameter.in === "body"),
          Object.keys(responses).map(Number),
        ),
      ),
  );
}

const [file] = process.argv.slice(2);
if (file === undefined) {
  console.error("usage: bun scripts/compare-operations.ts DESCRIPTION.yaml");
  process.exit(2);
}
const published = new Set(described((YAML.parse(readFileSync(file, "utf8")) as { paths: Paths }).paths));
const ours = new Set(
  Object.values(operations)
    .flat()
    .map(({ method, path, query, body, statuses }) => line(method, path, Object.keys(query), body, statuses)),
);
for (const missing of published.difference(ours)) console.log(`only in the description: ${missing}`);
for (const extra of ours.difference(published)) console.log(`only in the data file:   ${extra}`);
const isEqual = published.symmetricDifference(ours).size === 0;
if (isEqual) console.log(`${ours.size} operations, no difference`);
process.exit(isEqual ? 0 : 1);
