/** Compares names as people count: web2 before web10. Numbers of one value are ordered by their leading zeros. */
export function naturalOrder(a: string, b: string): number {
  const left = a.match(/\d+|\D/gu) ?? [];
  const right = b.match(/\d+|\D/gu) ?? [];
  for (let index = 0; index < Math.min(left.length, right.length); index++) {
    const difference = comparePart(left[index]!, right[index]!);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

function comparePart(a: string, b: string): number {
  if (/^\d/.test(a) && /^\d/.test(b)) {
    const first = a.replace(/^0+/, "");
    const second = b.replace(/^0+/, "");
    return first.length - second.length || compare(first, second) || a.length - b.length;
  }
  return compare(a, b);
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
