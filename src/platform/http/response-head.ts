import { statusText } from "./status-text.ts";

export type Headers = Readonly<Record<string, string>>;

/** A response's head up to and with its empty line. A header value that could end its line is a bug and throws. */
export function formatResponseHead(status: number, headers: Headers, reason = statusText(status)): string {
  let head = `HTTP/1.1 ${status} ${reason}\r\n`;
  for (const name in headers) {
    const value = headers[name]!;
    if (/[\r\n\0]/.test(value)) throw new TypeError(`a line break in the header ${name}`);
    head += `${name}: ${value}\r\n`;
  }
  return `${head}\r\n`;
}

let dateSecond = 0;
let dateText = "";

/** The Date header's value; made once a second. */
export function httpDate(now = Date.now()): string {
  const second = Math.floor(now / 1000);
  if (second !== dateSecond) {
    dateSecond = second;
    dateText = new Date(second * 1000).toUTCString();
  }
  return dateText;
}
