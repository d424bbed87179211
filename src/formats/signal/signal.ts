/** Signals of Linux by name without SIG, with the real-time ones as docker numbers them (RTMIN is 34). */
const numbers: ReadonlyMap<string, number> = new Map([
  ...[
    "HUP",
    "INT",
    "QUIT",
    "ILL",
    "TRAP",
    "ABRT",
    "BUS",
    "FPE",
    "KILL",
    "USR1",
    "SEGV",
    "USR2",
    "PIPE",
    "ALRM",
    "TERM",
  ].map((name, index) => [name, index + 1] as const),
  ...[
    "STKFLT",
    "CHLD",
    "CONT",
    "STOP",
    "TSTP",
    "TTIN",
    "TTOU",
    "URG",
    "XCPU",
    "XFSZ",
    "VTALRM",
    "PROF",
    "WINCH",
    "IO",
    "PWR",
    "SYS",
  ].map((name, index) => [name, index + 16] as const),
  ["IOT", 6],
  ["CLD", 17],
  ["POLL", 29],
  ...Array.from({ length: 16 }, (_, index) => [index === 0 ? "RTMIN" : `RTMIN+${index}`, 34 + index] as const),
  ...Array.from({ length: 15 }, (_, index) => [index === 0 ? "RTMAX" : `RTMAX-${index}`, 64 - index] as const),
]);

const known: ReadonlySet<number> = new Set(numbers.values());

/** "9", "KILL", "sigkill" → 9. Undefined for what is no signal's name; numbers are taken as they are, but for 0. */
export function parseSignal(text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text) === 0 ? undefined : Number(text);
  return numbers.get(text.toUpperCase().replace(/^SIG/, ""));
}

/** Whether the kernel has a signal of this number (those between 31 and RTMIN are libc's own). */
export const isKnownSignal = (signal: number): boolean => known.has(signal);

export const SIGKILL = 9;
export const SIGTERM = 15;
