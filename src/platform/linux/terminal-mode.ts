import { errno, libc, ptr } from "./libc.ts";
import { SyscallError } from "./syscall-error.ts";

const getAttributes = 0x5401; // TCGETS
const setAttributesWhenDrained = 0x5403; // TCSETSW

/** The kernel's struct termios: four flag words, the line discipline, nineteen control characters. */
const attributesBytes = 36;
const inputFlags = 0;
const outputFlags = 1;
const controlFlags = 2;
const localFlags = 3;
const controlCharacters = 17;
const leastCharacters = controlCharacters + 6; // VMIN
const waitTenths = controlCharacters + 5; // VTIME

// IGNBRK BRKINT PARMRK ISTRIP INLCR IGNCR ICRNL IXON
const inputProcessing = 0o1 | 0o2 | 0o10 | 0o40 | 0o100 | 0o200 | 0o400 | 0o2000;
const outputProcessing = 0o1; // OPOST
// ECHO ECHONL ICANON ISIG IEXTEN
const localProcessing = 0o10 | 0o100 | 0o2 | 0o1 | 0o100000;
const sizeAndParity = 0o60 | 0o400; // CSIZE PARENB
const eightBits = 0o60; // CS8

/**
 * Makes a terminal hand over every byte unchanged in both directions, as cfmakeraw(3) does, and returns what brings its
 * present mode back. Throws SyscallError when the descriptor is no terminal.
 */
export function makeTerminalRaw(fd: number): () => void {
  const before = attributesOf(fd);
  const raw = Uint8Array.from(before);
  const flags = new Uint32Array(raw.buffer, 0, 4);
  flags[inputFlags]! &= ~inputProcessing;
  flags[outputFlags]! &= ~outputProcessing;
  flags[controlFlags] = (flags[controlFlags]! & ~sizeAndParity) | eightBits;
  flags[localFlags]! &= ~localProcessing;
  raw[leastCharacters] = 1;
  raw[waitTenths] = 0;
  setAttributes(fd, raw);
  return () => setAttributes(fd, before);
}

function attributesOf(fd: number): Uint8Array {
  const attributes = new Uint8Array(attributesBytes);
  if (libc.ioctl(fd, getAttributes, ptr(attributes)) !== 0) throw new SyscallError("ioctl", errno(), "terminal mode");
  return attributes;
}

function setAttributes(fd: number, attributes: Uint8Array): void {
  if (libc.ioctl(fd, setAttributesWhenDrained, ptr(attributes)) !== 0)
    throw new SyscallError("ioctl", errno(), "terminal mode");
}
