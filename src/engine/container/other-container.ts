import { EngineError } from "#base/errors/engine-error.ts";
import type { ContainerDeps } from "./container-deps.ts";
import { invalidOption } from "./container-errors.ts";
import type { ContainerRecord } from "./container-record.ts";

/** A client that hears 404 believes that the image is missing, and pulls it. */
export function otherContainer(containers: ContainerDeps["containers"], ref: string): ContainerRecord {
  try {
    return containers.get(ref);
  } catch (error) {
    throw error instanceof EngineError ? invalidOption(error.message) : error;
  }
}
