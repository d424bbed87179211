// Plays the scenarios on dockerd and records what it did: `bun scripts/conformance-record.ts [TEXT…]`, with texts only those
// whose file or name contains one of them.
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ConformanceEngine, conformanceRegistry } from "../test/conformance/engine.ts";
import { readExpectations, writeExpectations } from "../test/conformance/expectations.ts";
import { playScenario } from "../test/conformance/play.ts";
import type { Recording } from "../test/conformance/recording.ts";
import { scenarioFiles } from "../test/conformance/scenario-files.ts";
import { mustRun } from "../test/support/run-command.ts";

const engineScript = join(import.meta.dir, "oracle/engine");
const wanted = process.argv.slice(2);
const failures: string[] = [];
const home = mkdtempSync("/tmp/conformance-");

try {
  const started = await mustRun([engineScript, "up", home], { timeout: 600_000 });
  const socket = started.match(/unix:\/\/(\S+)/)![1]!;
  await using registry = await conformanceRegistry();
  const engine = await ConformanceEngine.prepare({ socket, bridgeAddress: await bridgeAddress(socket), registry });
  for (const [file, scenarios] of Object.entries(scenarioFiles)) {
    const before = readExpectations(file);
    const recordings: Record<string, Recording> = {};
    for (const scenario of scenarios) {
      const isWanted = wanted.length === 0 || wanted.some((text) => `${file}: ${scenario.name}`.includes(text));
      const known = before[scenario.name];
      if (!isWanted && known) recordings[scenario.name] = known;
      if (!isWanted) continue;
      const begun = Date.now();
      try {
        recordings[scenario.name] = await playScenario(scenario, engine);
      } catch (error) {
        failures.push(`${file}: ${scenario.name}: ${(error as Error).message}`);
      }
      console.log(`${file}: ${scenario.name} (${Date.now() - begun} ms)`);
    }
    writeExpectations(file, recordings);
  }
  await engine.close();
} finally {
  await mustRun([engineScript, "down", home], { timeout: 120_000 });
  rmSync(home, { recursive: true, force: true });
}

for (const failure of failures) console.error(failure);
process.exit(failures.length === 0 ? 0 : 1);

/** The first address in the engine's default network. */
async function bridgeAddress(socket: string): Promise<string> {
  const answer = await fetch("http://engine/networks/bridge", { unix: socket } as RequestInit);
  const { IPAM } = (await answer.json()) as { IPAM: { Config: { Gateway: string }[] } };
  return IPAM.Config[0]!.Gateway;
}
