import { expect, test } from "bun:test";
import { isKnownSignal, parseSignal } from "./signal.ts";

test("a signal is told by number or by name, with or without SIG, in any case", () => {
  expect(["9", "KILL", "sigkill", "SIGUSR2", "PWR", "SYS"].map(parseSignal)).toEqual([9, 9, 9, 12, 30, 31]);
  expect(["RTMIN", "SIGRTMIN+3", "RTMAX-14", "RTMAX"].map(parseSignal)).toEqual([34, 37, 50, 64]);
});

test("0 and unknown names are no signals", () => {
  expect([parseSignal("0"), parseSignal("BOGUS"), parseSignal("")]).toEqual([undefined, undefined, undefined]);
});

test("numbers beyond the kernel's are not known", () => {
  expect([isKnownSignal(64), isKnownSignal(65), isKnownSignal(32), isKnownSignal(999)]).toEqual([
    true,
    false,
    false,
    false,
  ]);
});
