import { EngineError } from "#base/errors/engine-error.ts";

export const noSuchNetwork = (ref: string) =>
  new EngineError("not-found", "network.no-such", `network ${ref} not found`);
export const ambiguousNetwork = (ref: string, count: number) =>
  new EngineError(
    "invalid-argument",
    "network.ambiguous",
    `network ${ref} is ambiguous (${count} matches found based on ID prefix)`,
  );
export const predefinedNetwork = (name: string) =>
  new EngineError("forbidden", "network.predefined", `${name} is a pre-defined network and cannot be removed`);
export const noAddressLeft = () =>
  new EngineError(
    "internal",
    "network.no-address",
    "no available IPv4 addresses on this network's address pools: bridge",
  );
export const allPortsTaken = () => new EngineError("internal", "network.no-port", "all ports are allocated");
export const portAllocated = (address: string, port: number) =>
  new EngineError(
    "internal",
    "network.port-allocated",
    `Bind for ${address}:${port} failed: port is already allocated`,
  );
export const portNotBound = (hostPort: string, target: string, reason: string, cause: unknown) =>
  new EngineError(
    "internal",
    "network.port-not-bound",
    `failed to bind host port for ${hostPort}:${target}: ${reason}`,
    { cause },
  );
/** The wrapping that docker 28 puts around everything that goes wrong with published ports. */
export const connectivityFailed = (name: string, endpointId: string, cause: Error) =>
  new EngineError(
    "internal",
    cause instanceof EngineError ? cause.code : "network.connectivity",
    `driver failed programming external connectivity on endpoint ${name} (${endpointId}): ${cause.message}`,
    { cause },
  );
