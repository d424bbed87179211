import { afterEach, expect, spyOn, test } from "bun:test";
import { Logger } from "#base/diagnostics/logger.ts";
import { trapSignals } from "./signals.ts";

const done: string[] = [];
const lines: string[] = [];
const logger = new Logger({ level: "info", format: "text", coloured: false, write: (line) => lines.push(line) });
const release = () =>
  trapSignals(logger, {
    stop: () => done.push("stop"),
    reload: () => done.push("reload"),
    dump: () => done.push("dump"),
  });
afterEach(() => {
  done.length = 0;
  lines.length = 0;
});

test("the first INT or TERM stops, the third ends the process at once with 128 and the signal", () => {
  const exit = spyOn(process, "exit").mockImplementation((() => done.push("exit")) as unknown as typeof process.exit);
  const stop = release();
  try {
    process.emit("SIGTERM", "SIGTERM");
    process.emit("SIGINT", "SIGINT");
    expect(done).toEqual(["stop"]);
    process.emit("SIGTERM", "SIGTERM");
    expect(done).toEqual(["stop", "exit"]);
    expect(exit).toHaveBeenCalledWith(143);
    expect(lines.at(-1)).toContain("Forcing wherry daemon shutdown without cleanup; 3 interrupts received");
  } finally {
    stop();
    exit.mockRestore();
  }
});

test("HUP reloads and USR1 dumps, as often as asked", () => {
  const stop = release();
  process.emit("SIGHUP", "SIGHUP");
  process.emit("SIGUSR1", "SIGUSR1");
  process.emit("SIGHUP", "SIGHUP");
  stop();
  expect(done).toEqual(["reload", "dump", "reload"]);
});
