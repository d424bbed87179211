/**
 * File names are bytes. Valid UTF-8 becomes ordinary text; a byte that is not part of valid UTF-8 becomes the lone
 * surrogate U+DC80 to U+DCFF (as Python's surrogateescape does), so that every name survives the way there and back.
 */
const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export function decodeName(bytes: Buffer): string {
  const text = bytes.toString("utf8", 0, bytes.length);
  // U+FFFD stands for something invalid, or for itself.
  return text.includes("\uFFFD") ? decodeCarefully(bytes) : text;
}

export function encodeName(name: string): Buffer {
  if (name.isWellFormed()) return Buffer.from(name, "utf8");
  const parts: Buffer[] = [];
  let start = 0;
  for (let index = 0; index < name.length; index += 1) {
    const unit = name.charCodeAt(index);
    if (unit >= 0xd800 && unit < 0xdc00 && isLowSurrogate(name.charCodeAt(index + 1))) index += 1;
    else if (unit >= 0xdc80 && unit <= 0xdcff) {
      parts.push(Buffer.from(name.slice(start, index), "utf8"), Buffer.from([unit - 0xdc00]));
      start = index + 1;
    }
  }
  parts.push(Buffer.from(name.slice(start), "utf8"));
  return Buffer.concat(parts);
}

const isLowSurrogate = (unit: number) => unit >= 0xdc00 && unit <= 0xdfff;

function decodeCarefully(bytes: Buffer): string {
  let text = "";
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes[at]!);
    const piece = bytes.subarray(at, at + length);
    try {
      text += strictUtf8.decode(piece);
      at += length;
    } catch {
      text += String.fromCharCode(0xdc00 + bytes[at]!);
      at += 1;
    }
  }
  return text;
}

function sequenceLength(first: number): number {
  if (first >= 0xf0) return 4;
  if (first >= 0xe0) return 3;
  return first >= 0xc0 ? 2 : 1;
}
