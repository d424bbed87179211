/** The newest and the oldest version of the Engine API that wherry speaks. */
export const maxApiVersion = "1.55";
export const minApiVersion = "1.20";

/** Compares by component, as numbers: 1.9 < 1.10. Negative, zero or positive, as for sorting. */
export function compareVersions(left: string, right: string): number {
  const a = left.split(".");
  const b = right.split(".");
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = Number(a[i] ?? 0) - Number(b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Does an API version have what came with `floor`? For the views' version differences. */
export const atLeast = (version: string, floor: string): boolean => compareVersions(version, floor) >= 0;
