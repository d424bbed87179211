import type { Difference } from "./differences.ts";
import type { RecordedStep, Recording } from "./recording.ts";

/** One place where an engine did something else than dockerd. */
export interface Deviation {
  readonly step: number;
  readonly command: string;
  readonly part: string;
  readonly expected: unknown;
  readonly actual: unknown;
}

const parts = ["exit", "status", "type", "stdout", "stderr", "body"] as const;

/** Where two recordings of a scenario differ; empty when they are the same. */
export function compareRecordings(expected: Recording, actual: Recording): Deviation[] {
  const deviations: Deviation[] = [];
  for (const [step, before] of expected.entries()) deviations.push(...compareSteps(step, before, actual[step]));
  for (const [index, extra] of actual.slice(expected.length).entries())
    deviations.push({
      step: expected.length + index,
      command: extra.step,
      part: "step",
      expected: undefined,
      actual: extra,
    });
  return deviations;
}

function compareSteps(step: number, expected: RecordedStep, actual: RecordedStep | undefined): Deviation[] {
  const command = expected.step;
  if (actual?.step !== command) return [{ step, command, part: "step", expected: command, actual: actual?.step }];
  const different: Deviation[] = [];
  const note = (part: string, a: unknown, b: unknown) => {
    if (Bun.deepEquals(a, b)) return;
    if (!isObject(a) || !isObject(b)) different.push({ step, command, part, expected: a, actual: b });
    else for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) note(`${part}.${key}`, a[key], b[key]);
  };
  for (const part of parts) note(part, expected[part], actual[part]);
  const names = new Set([...Object.keys(expected.fields ?? {}), ...Object.keys(actual.fields ?? {})]);
  for (const name of names) note(name, expected.fields?.[name], actual.fields?.[name]);
  return different;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Takes out what is allowed. An allowance that nothing needs any more is a deviation as well. */
export function subtractDifferences(deviations: readonly Deviation[], allowed: readonly Difference[]): Deviation[] {
  const isAllowed = (deviation: Deviation, { step, part, ours }: Difference) =>
    step === deviation.step && part === deviation.part && Bun.deepEquals(ours, deviation.actual);
  const unexplained = deviations.filter((deviation) => !allowed.some((entry) => isAllowed(deviation, entry)));
  const stale = allowed.filter((entry) => !deviations.some((deviation) => isAllowed(deviation, entry)));
  return [
    ...unexplained,
    ...stale.map(({ step, part, ours, reason }) => ({
      step,
      command: `allowed because ${reason}`,
      part: `differences.ts: ${part}`,
      expected: ours,
      actual: "no such difference",
    })),
  ];
}

export function describeDeviation({ step, command, part, expected, actual }: Deviation): string {
  const show = (value: unknown) => (value === undefined ? "nothing" : JSON.stringify(value, undefined, 1));
  return `step ${step}, ${command}\n  ${part}: expected ${show(expected)}\n  ${" ".repeat(part.length)}  actual   ${show(actual)}`;
}
