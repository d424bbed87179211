export type LogLevel = "debug" | "info" | "warning" | "error" | "fatal";
export type LogFormat = "text" | "json";
export type LogFields = Readonly<Record<string, string | number | boolean>>;

export const logLevels: readonly LogLevel[] = ["debug", "info", "warning", "error", "fatal"];

/** One line an event, as logrus writes them: `time="…" level=info msg="…" key=value`, or coloured on a terminal. */
export class Logger {
  #level: number;
  readonly #format: LogFormat;
  readonly #coloured: boolean;
  readonly #write: (line: string) => void;
  readonly #started = performance.now();

  constructor(options: { level: LogLevel; format: LogFormat; coloured: boolean; write: (line: string) => void }) {
    this.#level = logLevels.indexOf(options.level);
    this.#format = options.format;
    this.#coloured = options.coloured;
    this.#write = options.write;
  }

  setLevel(level: LogLevel): void {
    this.#level = logLevels.indexOf(level);
  }

  /** For callers that must build an expensive message only when it is seen. */
  isEnabled(level: LogLevel): boolean {
    return logLevels.indexOf(level) >= this.#level;
  }

  debug(message: string, fields?: LogFields): void {
    this.#log("debug", message, fields);
  }
  info(message: string, fields?: LogFields): void {
    this.#log("info", message, fields);
  }
  warn(message: string, fields?: LogFields): void {
    this.#log("warning", message, fields);
  }
  error(message: string, fields?: LogFields): void {
    this.#log("error", message, fields);
  }
  fatal(message: string, fields?: LogFields): void {
    this.#log("fatal", message, fields);
  }

  #log(level: LogLevel, message: string, fields: LogFields = {}): void {
    if (!this.isEnabled(level)) return;
    const sorted = Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1));
    if (this.#format === "json") {
      const rest = Object.fromEntries(sorted);
      this.#write(`${JSON.stringify({ ...rest, level, msg: message, time: nanoTime() })}\n`);
      return;
    }
    const pairs = sorted.map(([key, value]) => `${key}=${quoted(String(value))}`);
    if (this.#coloured) {
      const seconds = String(Math.floor((performance.now() - this.#started) / 1000)).padStart(4, "0");
      const tint = colours[level];
      const tinted = sorted.map(([key, value]) => ` \x1b[${tint}m${key}\x1b[0m=${quoted(String(value))}`).join("");
      this.#write(
        `\x1b[${tint}m${level.slice(0, 4).toUpperCase()}\x1b[0m[${seconds}] ${message.padEnd(44)}${tinted}\n`,
      );
      return;
    }
    this.#write([`time="${nanoTime()}"`, `level=${level}`, `msg=${quoted(message)}`, ...pairs].join(" ").concat("\n"));
  }
}

const colours: Record<LogLevel, number> = { debug: 37, info: 36, warning: 33, error: 31, fatal: 31 };

/** logrus leaves a value bare when it is made of these characters only. */
function quoted(value: string): string {
  if (/^[A-Za-z0-9\-._/@^+]+$/.test(value)) return value;
  return JSON.stringify(value);
}

function nanoTime(): string {
  return new Date().toISOString().replace(/\.(\d{3})Z$/, ".$1000000Z");
}
