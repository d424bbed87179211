/** Sizes as docker's tools print and read them (go-units). */

const decimalUnits = ["B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"];
const binaryUnits = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"];

/** `digits` significant digits, trailing zeros dropped: Go's %.4g and %.3g. */
function scaled(size: number, base: number, units: readonly string[], digits: number): string {
  let value = size;
  let unit = 0;
  while (value >= base && unit < units.length - 1) {
    value /= base;
    unit += 1;
  }
  return `${significant(value, digits)}${units[unit]!}`;
}

function significant(value: number, digits: number): string {
  const text = value.toPrecision(digits);
  if (text.includes("e")) {
    const [mantissa, exponent] = text.split("e");
    const trimmed = mantissa!.includes(".") ? mantissa!.replace(/\.?0+$/, "") : mantissa!;
    return `${trimmed}e${exponent!.replace(/^([+-])(\d)$/, "$10$2")}`;
  }
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/** 1000-based with 4 significant digits: `123.5kB`. */
export const humanSize = (sizeBytes: number): string => scaled(sizeBytes, 1000, decimalUnits, 4);
/** 1000-based with 3 significant digits, as `docker images` and `ps -s` print: `4.26MB`. */
export const shortHumanSize = (sizeBytes: number): string => scaled(sizeBytes, 1000, decimalUnits, 3);
/** 1024-based with 4 significant digits: `14.31MiB`. */
export const binarySize = (sizeBytes: number): string => scaled(sizeBytes, 1024, binaryUnits, 4);

const powers: Record<string, number> = { "": 0, b: 0, k: 1, m: 2, g: 3, t: 4, p: 5 };

/** Reads `512`, `1.5g`, `64 MiB`: 1024-based whatever the unit is called. Throws with go-units' words. */
export function parseBytes(text: string): number {
  const match = /^(\d+(?:\.\d+)?) ?(?:([kmgtp]?)i?b?|b)$/i.exec(text.trim());
  if (!match)
    throw new Error(
      /^-?[\d.]/.test(text) ? `invalid suffix: '${text.replace(/^-?[\d. ]*/, "")}'` : `invalid size: '${text}'`,
    );
  return Math.trunc(Number(match[1]) * 1024 ** powers[(match[2] ?? "").toLowerCase()]!);
}
