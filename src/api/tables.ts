import { containerApi } from "./container.ts";
import { execApi } from "./exec.ts";
import { imageApi } from "./image.ts";
import { networkApi } from "./network.ts";
import type { Route } from "./route.ts";
import { systemApi } from "./system.ts";
import { volumeApi } from "./volume.ts";

/** Every route table: what is built, for the coverage table and the tests that go over all operations. */
export const tables: Readonly<Record<string, Readonly<Record<string, Route>>>> = {
  system: systemApi,
  container: containerApi,
  exec: execApi,
  image: imageApi,
  volume: volumeApi,
  network: networkApi,
};
