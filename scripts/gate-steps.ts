/** The steps of the one gate, each a program with its arguments. */
export const gateSteps: Readonly<Record<string, readonly string[]>> = {
  format: ["biome", "check", "."],
  lint: ["oxlint", "--type-aware", "--deny-warnings"],
  types: ["tsc", "--noEmit"],
  layers: ["bun", "scripts/layers.ts"],
  diagram: ["bun", "scripts/architecture-diagram.ts", "--check"],
  unused: ["knip"],
  unit: ["bun", "test", "src", "scripts"],
};
