/** What an engine did in one scenario: one entry for each step that is compared. */
export type Recording = readonly RecordedStep[];

export interface RecordedStep {
  readonly step: string;
  /** Exit code of a command, status of an answer. */
  readonly exit?: number;
  readonly status?: number;
  readonly type?: string;
  /** Text of one line stays a string; more lines are an array, so that a change of one is seen as such. */
  readonly stdout?: string | readonly string[];
  readonly stderr?: string | readonly string[];
  readonly body?: unknown;
  readonly fields?: Readonly<Record<string, unknown>>;
}

export function linesOf(text: string): string | readonly string[] | undefined {
  if (text === "") return undefined;
  const lines = text.split("\n");
  return lines.length <= 2 && lines.at(-1) === "" ? text : lines;
}
