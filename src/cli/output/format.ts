import { Template } from "#formats/go-template/template.ts";
import { TemplateError } from "#formats/go-template/template-error.ts";
import { CommandError } from "../command.ts";
import type { Out } from "./out.ts";
import { tableLines } from "./table.ts";

/** A kind of list: its columns and the values that a template may name. */
export interface Listing<Row> {
  /** Template name of each field, and its header. */
  readonly headers: Readonly<Record<string, string>>;
  /** The values by template name; functions are called with the template's arguments. */
  readonly values: (row: Row) => Readonly<Record<string, unknown>>;
  /** Columns of the plain table, by template name. */
  readonly columns: readonly string[];
  /** Names that `--format json` prints, in docker's (alphabetical) order. */
  readonly json: readonly string[];
}

/** Prints a list as a table, as JSON lines or by the user's template. */
export function printListing<Row>(out: Out, listing: Listing<Row>, rows: readonly Row[], format: string): void {
  if (format === "" || format === "table") return printTable(out, listing, rows);
  if (format === "json") return printJson(out, listing, rows);
  const isTable = format.startsWith("table ");
  const source = unescapeFormat(isTable ? format.slice("table ".length) : format);
  const template = parsed(source);
  const lines = rows.map((row) => executed(template, listing.values(row)));
  if (!isTable) {
    for (const line of lines) out.line(line);
    return;
  }
  const header = executed(new Template(source, identities), headersAsValues(listing));
  for (const line of tableLines([header, ...lines].map((line) => line.split("\t")))) out.line(line.trimEnd());
}

/** In a table's header the functions leave the names alone. */
const identity = (value: unknown) => value;
const identities = {
  json: identity,
  lower: identity,
  upper: identity,
  title: identity,
  join: identity,
  split: identity,
  truncate: identity,
};

const headersAsValues = (listing: Listing<never>) =>
  Object.fromEntries(
    Object.entries(listing.headers).map(([name, header]) => [name, name === "Label" ? (key: string) => key : header]),
  );

function printTable<Row>(out: Out, { headers, values, columns }: Listing<Row>, rows: readonly Row[]): void {
  const cells = rows.map((row) => {
    const value = values(row);
    return columns.map((column) => String(value[column]));
  });
  for (const line of tableLines([columns.map((column) => headers[column]!), ...cells])) out.line(line.trimEnd());
}

function printJson<Row>(out: Out, { values, json }: Listing<Row>, rows: readonly Row[]): void {
  for (const row of rows) {
    const value = values(row);
    out.line(escapeHtml(JSON.stringify(Object.fromEntries(json.map((name) => [name, value[name]])))));
  }
}

/** Go's encoder writes these three as escapes. */
export const escapeHtml = (json: string): string =>
  json.replaceAll("<", "\\u003c").replaceAll(">", "\\u003e").replaceAll("&", "\\u0026");

/** `\t` and `\n` as people write them in a shell. */
export const unescapeFormat = (format: string): string => format.replaceAll("\\t", "\t").replaceAll("\\n", "\n");

/** Parses a template for lists; a mistake ends the command. */
function parsed(source: string): Template {
  try {
    return new Template(source);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw new CommandError(1, `failed to parse template: ${error.message}`);
  }
}

function executed(template: Template, values: unknown): string {
  try {
    return template.execute(values);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw new CommandError(1, `failed to execute template: ${error.message}`);
  }
}

/** For inspect, info, version: JSON, or the template's output; mistakes end the command with 64. */
export function formatObject(value: unknown, format: string): string {
  if (format === "json") return escapeHtml(JSON.stringify(value));
  try {
    return new Template(unescapeFormat(format)).execute(value);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw new CommandError(64, `template parsing error: ${error.message}`);
  }
}
