const width = 50;

/** The bar that docker still draws for old clients: `[=====>     ]  1.2MB/3MB`. Empty when nothing is known. */
export function progressBar(current: number, total: number): string {
  if (current <= 0 && total <= 0) return "";
  const done = humanSize(current).padStart(8);
  if (total <= 0) return done;
  const filled = Math.min(width, Math.floor((current / total) * width));
  return `[${"=".repeat(filled)}>${" ".repeat(width - filled)}] ${done}/${humanSize(total)}`;
}

/** Decimal units, four digits: 3.002MB. */
function humanSize(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  let size = bytes;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit++;
  }
  return `${Number(size.toPrecision(4))}${units[unit]}`;
}
