/** `--cap-add` and `--cap-drop` as the API takes them: whole names, sorted; ALL stands alone, and adding beats dropping. */
export function capabilityChanges(
  add: readonly string[],
  drop: readonly string[],
): { readonly CapAdd: readonly string[]; readonly CapDrop: readonly string[] } {
  const added = wholeNames(add);
  const dropped = wholeNames(drop).filter((name) => !added.includes(name));
  return { CapAdd: added, CapDrop: dropped };
}

function wholeNames(names: readonly string[]): readonly string[] {
  const whole = names.map((name) => {
    const upper = name.trim().toUpperCase();
    return upper === "ALL" || upper.startsWith("CAP_") ? upper : `CAP_${upper}`;
  });
  return whole.includes("ALL") ? ["ALL"] : [...new Set(whole)].sort();
}
