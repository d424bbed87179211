import process from "node:process";
import { gateSteps } from "./gate-steps.ts";

// The one gate: format, lint, types, layers, unused code, unit tests. Stops at the end, not at the first failure.
const failed: string[] = [];
for (const [name, command] of Object.entries(gateSteps)) {
  const { exitCode } = Bun.spawnSync([...command], {
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, PATH: `node_modules/.bin:${process.env.PATH}` },
  });
  if (exitCode !== 0) failed.push(name);
}
console.log(failed.length === 0 ? "check: all is well" : `check: failed: ${failed.join(", ")}`);
process.exit(failed.length === 0 ? 0 : 1);
