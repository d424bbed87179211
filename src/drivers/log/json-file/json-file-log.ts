import { existsSync, statSync } from "node:fs";
import type { LogBatch, LogBounds, LogDriver, LogLine, LogReadOptions } from "../log-driver.ts";
import { logFiles, olderFiles, removeFiles } from "./log-files.ts";
import { LogFollower } from "./log-follower.ts";
import { LogSource } from "./log-source.ts";
import { RecordParser } from "./record-parser.ts";
import { rotateFiles } from "./rotate-files.ts";

/**
 * docker's default log driver in name and behaviour: a bounded set of files in the container's folder. The form in the
 * files is the monitor's, not JSON. Only one driver may rotate a log, and its followers must read through the same one.
 */
export class JsonFileLog implements LogDriver {
  readonly name = "json-file";
  readonly readable = true;
  readonly #followers = new Map<string, Set<LogFollower>>();

  readonly #rotating = new Set<string>();

  async *read(path: string, options: LogReadOptions): AsyncGenerator<LogBatch> {
    // Both in one turn of the event loop: no rotation comes between the list of files and what follows it.
    const follower = options.follow ? this.#follow(path, options.signal) : undefined;
    const sources = openAll(path, options);
    try {
      await keepTail(sources, options.tail);
      const isWithin = timeFilter(options);
      for await (const lines of linesOf(path, sources, follower, options)) {
        const wanted = lines.filter((line) => (line.stream === 1 ? options.stdout : options.stderr) && isWithin(line));
        if (wanted.length > 0) yield wanted;
        if (options.signal.aborted || isPast(lines.at(-1), options.until)) return;
      }
    } finally {
      for (const source of sources) source.close();
      if (follower) this.#unfollow(path, follower);
    }
  }

  async rotate(path: string, bounds: LogBounds, reopen: () => Promise<void>): Promise<void> {
    // When an earlier daemon ended between renaming and reopening, the monitor still writes to the renamed file.
    const isHalfDone = !existsSync(path) && olderFiles(path).length > 0;
    const isFull = existsSync(path) && statSync(path).size >= bounds.maxSizeBytes;
    if ((!isFull && !isHalfDone) || this.#rotating.has(path)) return;
    this.#rotating.add(path);
    try {
      await rotateFiles(path, bounds, reopen, () => {
        for (const follower of this.#followers.get(path) ?? []) follower.rotated(path);
      });
    } finally {
      this.#rotating.delete(path);
    }
  }

  async remove(path: string): Promise<void> {
    removeFiles(path);
  }

  #follow(path: string, signal: AbortSignal): LogFollower {
    const follower = new LogFollower(path, signal);
    const all = this.#followers.get(path) ?? new Set();
    this.#followers.set(path, all.add(follower));
    return follower;
  }

  #unfollow(path: string, follower: LogFollower): void {
    follower.close();
    const all = this.#followers.get(path);
    all?.delete(follower);
    if (all?.size === 0) this.#followers.delete(path);
  }
}

/** Lines from one file after the other; the last one goes on growing as long as there is a follower. */
async function* linesOf(
  path: string,
  sources: LogSource[],
  follower: LogFollower | undefined,
  { ended, signal, until }: LogReadOptions,
): AsyncGenerator<LogLine[]> {
  const parser = new RecordParser();
  while (!signal.aborted) {
    // Asked before the file is read to its end: what was written before that is then surely seen.
    const isOver = !follower || ended() || (until !== undefined && Date.now() > until.getTime());
    const [source] = sources;
    if (source) yield* parsed(source, parser);
    const successor = sources[1] ?? follower?.nextFile() ?? firstFile(path, source);
    if (successor) {
      // The monitor left the old file before the new one appeared, but maybe after we had come to its end.
      if (source && !source.isCompressed) yield* parsed(source, parser);
      if (!sources.includes(successor)) sources.push(successor);
      if (source) sources.shift()?.close();
    } else if (isOver) break;
    else await follower.changed();
  }
  yield parser.finish();
}

async function* parsed(source: LogSource, parser: RecordParser): AsyncGenerator<LogLine[]> {
  for await (const chunk of source.chunks(() => parser.rest)) yield parser.parse(chunk);
}

/** Of a log that was not there when reading began. */
function firstFile(path: string, current: LogSource | undefined): LogSource | undefined {
  return !current && existsSync(path) ? new LogSource({ path, isCompressed: false }) : undefined;
}

/** Oldest first, without files that ended before `since`. */
function openAll(path: string, { since }: LogReadOptions): LogSource[] {
  const all = logFiles(path).map((file) => new LogSource(file));
  const firstWanted = all.findIndex((source) => !since || source.lastWrittenMs() >= since.getTime());
  for (const source of all.splice(0, firstWanted < 0 ? Math.max(0, all.length - 1) : firstWanted)) source.close();
  return all;
}

async function keepTail(sources: LogSource[], tail: number | undefined): Promise<void> {
  if (tail === undefined) return;
  let missing = tail;
  let index = sources.length - 1;
  for (; index >= 0; index--) {
    missing = await sources[index]!.keepLast(missing, { isNewest: index === sources.length - 1 });
    if (missing === 0) break;
  }
  for (const source of sources.splice(0, Math.max(0, index))) source.close();
}

/** Times are compared as text: they are all in UTC and of one length. */
function timeFilter({ since, until }: LogReadOptions): (line: LogLine) => boolean {
  const first = since && timeText(since);
  const last = until && `${timeText(until)}Z`;
  return ({ time }) => (first === undefined || time >= first) && (last === undefined || time <= last);
}

function isPast(line: LogLine | undefined, until: Date | undefined): boolean {
  return line !== undefined && until !== undefined && line.time > `${timeText(until)}Z`;
}

const timeText = (date: Date): string => `${date.toISOString().slice(0, -1)}000000`;
