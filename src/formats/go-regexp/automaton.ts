/** A pattern as a tree. A character test is told a code point. */
export type Pattern =
  | { readonly kind: "character"; readonly test: (code: number) => boolean }
  | { readonly kind: "start" | "end" }
  | { readonly kind: "sequence"; readonly parts: readonly Pattern[] }
  | { readonly kind: "choice"; readonly parts: readonly Pattern[] }
  | { readonly kind: "repeat"; readonly part: Pattern; readonly min: number; readonly max: number };

/** Unfolded repetitions included. The time a match takes is at most this times the length of the text. */
const mostSteps = 2000;

export class PatternTooLargeError extends Error {
  override readonly name = "PatternTooLargeError";
  constructor() {
    super("expression too large");
  }
}

type Step =
  | { readonly kind: "character"; readonly test: (code: number) => boolean }
  | { readonly kind: "start" | "end" | "found" }
  | { readonly kind: "fork"; readonly targets: number[] };

/**
 * Makes a test for texts that contain the pattern. All ways through the pattern are followed at once (Thompson's
 * construction), so no pattern and no text of a client takes more than linear time, which JavaScript's own expressions do
 * not promise. Throws PatternTooLargeError.
 */
export function compilePattern(pattern: Pattern): (text: string) => boolean {
  const steps: Step[] = [];
  emit(steps, pattern);
  add(steps, { kind: "found" });
  return (text) => contains(steps, text);
}

function add(steps: Step[], step: Step): number {
  if (steps.length >= mostSteps) throw new PatternTooLargeError();
  return steps.push(step) - 1;
}

/** Appends the steps of a pattern: it is entered at the first of them and left behind the last. */
function emit(steps: Step[], pattern: Pattern): void {
  if (pattern.kind === "sequence") for (const part of pattern.parts) emit(steps, part);
  else if (pattern.kind === "choice") emitChoice(steps, pattern.parts);
  else if (pattern.kind === "repeat") emitRepeat(steps, pattern.part, pattern.min, pattern.max);
  else add(steps, pattern);
}

function emitChoice(steps: Step[], parts: readonly Pattern[]): void {
  const entry: number[] = [];
  add(steps, { kind: "fork", targets: entry });
  const exits: number[][] = [];
  for (const part of parts) {
    entry.push(steps.length);
    emit(steps, part);
    const exit: number[] = [];
    exits.push(exit);
    add(steps, { kind: "fork", targets: exit });
  }
  for (const exit of exits) exit.push(steps.length);
}

function emitRepeat(steps: Step[], part: Pattern, min: number, max: number): void {
  for (let count = 0; count < min; count++) emitCounted(steps, part);
  if (max === Number.POSITIVE_INFINITY) {
    const around: number[] = [];
    const entry = add(steps, { kind: "fork", targets: around });
    around.push(steps.length);
    emit(steps, part);
    add(steps, { kind: "fork", targets: [entry] });
    around.push(steps.length);
    return;
  }
  const skips: number[][] = [];
  for (let count = min; count < max; count++) {
    const skip = [steps.length + 1];
    skips.push(skip);
    add(steps, { kind: "fork", targets: skip });
    emit(steps, part);
  }
  for (const skip of skips) skip.push(steps.length);
}

/** A repeated nothing must count, too: else `(){1000}` nested in itself takes for ever without growing. */
function emitCounted(steps: Step[], part: Pattern): void {
  const before = steps.length;
  emit(steps, part);
  if (steps.length === before) add(steps, { kind: "fork", targets: [before + 1] });
}

function contains(steps: readonly Step[], text: string): boolean {
  const codes = Array.from(text, (character) => character.codePointAt(0)!);
  let active = new Set<number>();
  for (let at = 0; ; at++) {
    // A match may begin anywhere.
    const reached = closure(steps, [...active, 0], at === 0, at === codes.length);
    if (reached.has(steps.length - 1)) return true;
    if (at === codes.length) return false;
    active = new Set();
    for (const index of reached) {
      const step = steps[index]!;
      if (step.kind === "character" && step.test(codes[at]!)) active.add(index + 1);
    }
  }
}

/** All steps that are reached without taking a character. */
function closure(steps: readonly Step[], from: readonly number[], atStart: boolean, atEnd: boolean): Set<number> {
  const reached = new Set<number>();
  const pending = [...from];
  for (let index = pending.pop(); index !== undefined; index = pending.pop()) {
    if (reached.has(index)) continue;
    reached.add(index);
    const step = steps[index]!;
    if (step.kind === "fork") pending.push(...step.targets);
    else if ((step.kind === "start" && atStart) || (step.kind === "end" && atEnd)) pending.push(index + 1);
  }
  return reached;
}
