import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { WherryDaemon } from "../support/daemon.ts";
import type { Registry } from "../support/registry.ts";
import { compareRecordings, describeDeviation, subtractDifferences } from "./compare.ts";
import type { Difference } from "./differences.ts";
import { ConformanceEngine, conformanceRegistry } from "./engine.ts";
import { readExpectations } from "./expectations.ts";
import { playScenario } from "./play.ts";
import type { Recording } from "./recording.ts";
import type { Scenario } from "./scenario.ts";
import { scenarioFiles } from "./scenario-files.ts";

/** Engines that scenarios are played on side by side. */
const laneCount = 2;
/** `SCENARIOS=text` plays only those whose file or name contains the text. */
const wanted = process.env["SCENARIOS"] ?? "";

export interface SuiteOptions {
  readonly differences: readonly Difference[];
  /** Docker's command line, unless told otherwise. */
  readonly cli?: string;
}

/** One test for each scenario: played on the executable under test, it does what dockerd did when it was recorded. */
export function conformanceSuite({ differences, cli }: SuiteOptions): void {
  const chosen = Object.entries(scenarioFiles).flatMap(([file, scenarios]) =>
    scenarios.filter(({ name }) => `${file}: ${name}`.includes(wanted)).map((scenario) => ({ file, scenario })),
  );
  const played = new Map<Scenario, PromiseWithResolvers<Recording>>(
    chosen.map(({ scenario }) => [scenario, Promise.withResolvers<Recording>()]),
  );
  const daemons: WherryDaemon[] = [];
  const engines: ConformanceEngine[] = [];
  let registry: Registry;

  beforeAll(async () => {
    registry = await conformanceRegistry();
    const queue = chosen.map(({ scenario }) => scenario);
    for (let lane = 0; lane < laneCount; lane++) {
      const daemon = await WherryDaemon.start({ busybox: false });
      daemons.push(daemon);
      const { socket, bridgeAddress } = daemon;
      const engine = await ConformanceEngine.prepare({ socket, bridgeAddress, registry, ...(cli ? { cli } : {}) });
      engines.push(engine);
      void playAll(queue, engine);
    }
  }, 60_000);

  afterAll(async () => {
    for (const engine of engines) await engine.close();
    for (const daemon of daemons) await daemon[Symbol.asyncDispose]();
    await registry[Symbol.asyncDispose]();
  }, 60_000);

  /** One lane: takes the next scenario until none is left. The tests below ask for the outcomes. */
  async function playAll(queue: Scenario[], engine: ConformanceEngine): Promise<void> {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const { resolve, reject, promise } = played.get(next)!;
      promise.catch(() => undefined);
      await playScenario(next, engine).then(resolve, reject);
    }
  }

  for (const file of new Set(chosen.map((entry) => entry.file)))
    describe(file, () => {
      const expectations = readExpectations(file);
      for (const { scenario } of chosen.filter((entry) => entry.file === file))
        test(scenario.name, async () => {
          const expected = expectations[scenario.name];
          if (!expected) throw new Error("never recorded: make conformance-record");
          const allowed = differences.filter((entry) => entry.scenario === scenario.name);
          const deviations = compareRecordings(expected, await played.get(scenario)!.promise);
          expect(subtractDifferences(deviations, allowed).map(describeDeviation).join("\n")).toBe("");
        }, 600_000);
    });
}
