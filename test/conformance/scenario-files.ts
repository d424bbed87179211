import type { Scenario } from "./scenario.ts";
import { apiScenarios } from "./scenarios/api.ts";
import { execScenarios } from "./scenarios/exec.ts";
import { imagesScenarios } from "./scenarios/images.ts";
import { isolationScenarios } from "./scenarios/isolation.ts";
import { lifeCycleScenarios } from "./scenarios/life-cycle.ts";
import { logsScenarios } from "./scenarios/logs.ts";
import { networkScenarios } from "./scenarios/network.ts";
import { psScenarios } from "./scenarios/ps.ts";
import { registryScenarios } from "./scenarios/registry.ts";
import { runScenarios } from "./scenarios/run.ts";
import { storageScenarios } from "./scenarios/storage.ts";

/** Every scenario, by the file its expectations are in (`expectations/NAME.json`). */
export const scenarioFiles: Readonly<Record<string, readonly Scenario[]>> = {
  api: apiScenarios,
  exec: execScenarios,
  images: imagesScenarios,
  isolation: isolationScenarios,
  "life-cycle": lifeCycleScenarios,
  logs: logsScenarios,
  network: networkScenarios,
  ps: psScenarios,
  registry: registryScenarios,
  run: runScenarios,
  storage: storageScenarios,
};
