import { Template, type TemplateOptions } from "#formats/go-template/template.ts";
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
  /** The template that `--format raw` stands for. */
  readonly raw?: string;
  /** What docker calls a row when a template asks for a field that it has not. */
  readonly type: string;
  /** How mistakes in a template are told. */
  readonly complaints?: { readonly parse: string; readonly execute: string };
}

const usualComplaints = { parse: "template parsing error", execute: "template parsing error" };

/** Prints a list as a table, as JSON lines or by the user's template. */
export function printListing<Row>(out: Out, listing: Listing<Row>, rows: readonly Row[], format: string): void {
  if (format === "" || format === "table") return printTable(out, listing, rows);
  const values = rows.map((row) => withJson(listing, listing.values(row)));
  if (format === "json") {
    for (const value of values) out.line(jsonOf(value));
    return;
  }
  const isTable = format.startsWith("table ");
  const named = format === "raw" && listing.raw !== undefined ? listing.raw : format;
  const source = unescapeFormat(isTable ? named.slice("table ".length) : named);
  const { type, complaints = usualComplaints } = listing;
  const template = parsed(source, complaints.parse, { rootType: type, functions: { json: jsonOf } });
  // docker looks at a field's name even when there is no row.
  if (values.length === 0) executed(template, complaints.execute, withJson(listing, emptyRow(listing)));
  const lines = values.map((value) => executed(template, complaints.execute, value));
  if (!isTable) {
    for (const line of lines) out.line(line);
    return;
  }
  const headers = parsed(source, complaints.parse, { rootType: type, functions: identities });
  const header = executed(headers, complaints.execute, headersAsValues(listing));
  for (const line of tableLines([header, ...lines].map((line) => line.split("\t")))) out.line(line);
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

const emptyRow = ({ headers, json }: Listing<never>): Record<string, unknown> => ({
  ...Object.fromEntries([...Object.keys(headers), ...json].map((name) => [name, ""])),
  Label: () => "",
});

function printTable<Row>(out: Out, { headers, values, columns }: Listing<Row>, rows: readonly Row[]): void {
  const cells = rows.map((row) => {
    const value = values(row);
    return columns.map((column) => String(value[column]));
  });
  for (const line of tableLines([columns.map((column) => headers[column]!), ...cells])) out.line(line);
}

/** A whole row in a template, `{{json .}}`, is what `--format json` prints. */
const withJson = (
  { json }: Listing<never>,
  values: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> =>
  Object.defineProperty(values, "toJSON", {
    value: () => Object.fromEntries(json.map((name) => [name, values[name]])),
  });

/** A row is written by Go's encoder, which escapes; other values are not. */
function jsonOf(value: unknown): string {
  const text = JSON.stringify(value ?? null);
  return typeof value === "object" && value !== null && "toJSON" in value ? escapeHtml(text) : text;
}

/** Go's encoder writes these three as escapes. */
export const escapeHtml = (json: string): string =>
  json.replaceAll("<", "\\u003c").replaceAll(">", "\\u003e").replaceAll("&", "\\u0026");

/** `\t` and `\n` as people write them in a shell. */
export const unescapeFormat = (format: string): string => format.replaceAll("\\t", "\t").replaceAll("\\n", "\n");

/** Parses a user's template; a mistake ends the command. */
function parsed(source: string, complaint: string, options: TemplateOptions, exitCode = 1): Template {
  try {
    return new Template(source, options);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw new CommandError(exitCode, `${complaint}: ${error.message}`);
  }
}

function executed(template: Template, complaint: string | undefined, values: unknown): string {
  try {
    return template.execute(values);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw new CommandError(1, complaint === undefined ? error.message : `${complaint}: ${error.message}`);
  }
}

export interface ObjectFormat extends TemplateOptions {
  /** Stands before what is wrong with the template itself. */
  readonly parse?: string;
  /** Stands before what is wrong with it for this object; nothing when undefined. */
  readonly execute?: string;
}

/** For single objects: parses once, so that a mistake ends the command with 64 before the daemon is asked. */
export function objectFormatter(
  format: string,
  { parse = "template parsing error", execute, ...options }: ObjectFormat = {},
): (value: unknown) => string {
  if (format === "json") return (value) => escapeHtml(JSON.stringify(value));
  const template = parsed(unescapeFormat(format), parse, options, 64);
  return (value) => executed(template, execute, value);
}

/** Prints a formatted object; an empty line when the template does not fit it. */
export function printObject(out: Out, format: (value: unknown) => string, value: unknown): void {
  try {
    out.line(format(value));
  } catch (error) {
    if (error instanceof CommandError) out.line("");
    throw error;
  }
}
