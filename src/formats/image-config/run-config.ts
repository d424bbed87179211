/**
 * The defaults an image gives its containers, under the names of docker's API. What a registry sends is hostile, so every
 * value is checked; names that are not known here are dropped.
 */
export interface RunConfig {
  readonly User?: string;
  readonly ExposedPorts?: Readonly<Record<string, unknown>>;
  readonly Env?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly Entrypoint?: readonly string[];
  readonly Healthcheck?: HealthCheck;
  readonly ArgsEscaped?: boolean;
  readonly Volumes?: Readonly<Record<string, unknown>>;
  readonly WorkingDir?: string;
  readonly OnBuild?: readonly string[];
  readonly Labels?: Readonly<Record<string, string>>;
  readonly StopSignal?: string;
  readonly Shell?: readonly string[];
}

/** Periods in nanoseconds. */
export interface HealthCheck {
  readonly Test?: readonly string[];
  readonly Interval?: number;
  readonly Timeout?: number;
  readonly StartPeriod?: number;
  readonly StartInterval?: number;
  readonly Retries?: number;
}

export class ImageConfigError extends Error {
  override readonly name = "ImageConfigError";
}

/** Reads the `config` of an image. null and missing mean nothing set. Throws ImageConfigError for a wrong type. */
export function parseRunConfig(value: unknown): RunConfig {
  const fields = optionalObject(value, "config");
  return dropUnset({
    User: optionalString(fields["User"], "User"),
    ExposedPorts: optionalKeys(fields["ExposedPorts"], "ExposedPorts"),
    Env: optionalStrings(fields["Env"], "Env"),
    Cmd: optionalStrings(fields["Cmd"], "Cmd"),
    Entrypoint: optionalStrings(fields["Entrypoint"], "Entrypoint"),
    Healthcheck: fields["Healthcheck"] ? healthCheck(fields["Healthcheck"]) : undefined,
    ArgsEscaped: typeof fields["ArgsEscaped"] === "boolean" ? fields["ArgsEscaped"] : undefined,
    Volumes: optionalKeys(fields["Volumes"], "Volumes"),
    WorkingDir: optionalString(fields["WorkingDir"], "WorkingDir"),
    OnBuild: optionalStrings(fields["OnBuild"], "OnBuild"),
    Labels: optionalLabels(fields["Labels"]),
    StopSignal: optionalString(fields["StopSignal"], "StopSignal"),
    Shell: optionalStrings(fields["Shell"], "Shell"),
  });
}

function healthCheck(value: unknown): HealthCheck {
  const fields = optionalObject(value, "Healthcheck");
  return dropUnset({
    Test: optionalStrings(fields["Test"], "Healthcheck.Test"),
    Interval: optionalInteger(fields["Interval"], "Healthcheck.Interval"),
    Timeout: optionalInteger(fields["Timeout"], "Healthcheck.Timeout"),
    StartPeriod: optionalInteger(fields["StartPeriod"], "Healthcheck.StartPeriod"),
    StartInterval: optionalInteger(fields["StartInterval"], "Healthcheck.StartInterval"),
    Retries: optionalInteger(fields["Retries"], "Healthcheck.Retries"),
  });
}

/** An object; empty for null and missing. */
export function optionalObject(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (value === undefined || value === null) return {};
  if (typeof value !== "object" || Array.isArray(value)) throw wrongType(name, "an object");
  return value as Record<string, unknown>;
}

export function optionalString(value: unknown, name: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string") throw wrongType(name, "a text");
  return value;
}

export function optionalStrings(value: unknown, name: string): readonly string[] | undefined {
  if (value === undefined || value === null) return undefined;
  // Builders of long ago wrote a single command as text.
  if (typeof value === "string") return [value];
  if (!Array.isArray(value) || !value.every((item) => typeof item === "string"))
    throw wrongType(name, "a list of texts");
  return value;
}

function optionalInteger(value: unknown, name: string): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (!Number.isSafeInteger(value)) throw wrongType(name, "an integer");
  return value as number;
}

function optionalKeys(value: unknown, name: string): Readonly<Record<string, unknown>> | undefined {
  if (value === undefined || value === null) return undefined;
  return Object.fromEntries(Object.keys(optionalObject(value, name)).map((key) => [key, {}]));
}

function optionalLabels(value: unknown): Readonly<Record<string, string>> | undefined {
  if (value === undefined || value === null) return undefined;
  const labels = Object.entries(optionalObject(value, "Labels"));
  return Object.fromEntries(labels.map(([key, text]) => [key, optionalString(text, `Labels.${key}`) ?? ""]));
}

const wrongType = (name: string, wanted: string): ImageConfigError =>
  new ImageConfigError(`invalid image config: ${name} is not ${wanted}`);

/** Leaves out the fields that are undefined, so that records and JSON have no such names. */
export const dropUnset = <T extends object>(fields: T): T =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
