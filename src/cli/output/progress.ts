import type { ProgressMessage } from "#api/types/image.ts";
import { humanSize } from "#formats/units/size.ts";
import { CommandError } from "../command.ts";
import { recordsOf } from "./records.ts";

export interface ProgressView {
  readonly write: (text: string) => void;
  readonly isTerminal: boolean;
  /** Width of the terminal; the bar is drawn from 111 cells on. */
  readonly columns: number;
}

/**
 * Shows a progress stream: on a terminal one line an id, redrawn in place; otherwise plain lines without the counting
 * ones. Throws what the daemon reports as an error. `onAux` gets what is meant for programs.
 */
export async function showProgress(
  source: AsyncIterable<Uint8Array>,
  view: ProgressView,
  onAux: (aux: unknown) => void = () => undefined,
): Promise<void> {
  const lines = new Map<string, number>();
  for await (const message of messagesOf(source)) {
    if (message.error !== undefined || message.errorDetail)
      throw new CommandError(1, message.errorDetail?.message ?? message.error!);
    if (message.aux !== undefined) {
      onAux(message.aux);
      continue;
    }
    if (view.isTerminal) drawOnTerminal(message, lines, view);
    else if (!counts(message)) view.write(plainLine(message));
  }
}

export async function* messagesOf(source: AsyncIterable<Uint8Array>): AsyncGenerator<ProgressMessage> {
  for await (const record of recordsOf(source)) yield JSON.parse(record) as ProgressMessage;
}

const counts = ({ progressDetail }: ProgressMessage) =>
  progressDetail !== undefined && Object.keys(progressDetail).length > 0;

const plainLine = ({ stream, id, status = "" }: ProgressMessage) =>
  stream ?? `${id === undefined ? "" : `${id}: `}${status}\n`;

function drawOnTerminal(message: ProgressMessage, lines: Map<string, number>, { write, columns }: ProgressView): void {
  const { id, stream, progressDetail } = message;
  if (stream !== undefined) return write(stream);
  if (id === undefined || progressDetail === undefined) {
    // A line of its own: what follows starts anew below it.
    lines.clear();
    return write(`${id === undefined ? "" : `${id}: `}${message.status ?? ""}\n`);
  }
  let line = lines.get(id);
  const isNew = line === undefined;
  if (line === undefined) {
    line = lines.size;
    lines.set(id, line);
  }
  if (isNew) write("\n");
  const up = lines.size - line;
  write(`\x1b[${up}A\x1b[2K\r${id}: ${message.status ?? ""} ${bar(message, columns)}\r\x1b[${up}B`);
}

function bar({ progressDetail: { current = 0, total = 0 } = {} }: ProgressMessage, columns: number): string {
  if (current === 0 && total === 0) return "";
  if (total <= 0 || current > total) return humanSize(current).padStart(8);
  const numbers = `${humanSize(current).padStart(8)}/${humanSize(total)}`;
  if (columns <= 110) return numbers;
  const filled = Math.min(50, Math.floor((current / total) * 50));
  return `[${"=".repeat(filled)}>${" ".repeat(50 - filled)}] ${numbers}`;
}
