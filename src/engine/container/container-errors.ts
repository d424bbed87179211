import { EngineError } from "#base/errors/engine-error.ts";

/** Every way in which an operation on containers fails, in docker's own words. */

const invalid = (code: string, message: string) => new EngineError("invalid-argument", `container.${code}`, message);
const conflict = (code: string, message: string) => new EngineError("conflict", `container.${code}`, message);

export const noSuchContainer = (ref: string) =>
  new EngineError("not-found", "container.no-such", `No such container: ${ref}`);
export const ambiguousId = (prefix: string) =>
  invalid("ambiguous-id", `multiple IDs found with provided prefix: ${prefix}`);
export const wrongPlatform = (ref: string, found: string, wanted: string) =>
  new EngineError(
    "not-found",
    "container.wrong-platform",
    `image with reference ${ref} was found but its platform (${found}) does not match the specified platform (${wanted})`,
  );
export const emptyConfig = () => invalid("empty-config", "config cannot be empty in order to create a container");
export const invalidName = (name: string) =>
  invalid("invalid-name", `Invalid container name (${name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed`);
export const nameInUse = (name: string, id: string) =>
  conflict(
    "name-in-use",
    `Conflict. The container name "/${name}" is already in use by container "${id}". You have to remove (or rename) that container to be able to reuse that name.`,
  );
export const renameFailed = (cause: EngineError) =>
  new EngineError(cause.kind, cause.code, `Error when allocating new name: ${cause.message}`, { cause });
export const emptyNewName = () => invalid("empty-name", "Neither old nor new names may be empty");
export const sameName = () => invalid("same-name", "Renaming a container with the same name as its current name");
export const noCommand = () => invalid("no-command", "no command specified");
export const invalidOption = (message: string) => invalid("invalid-option", message);
export const notBuilt = (what: string) =>
  new EngineError("not-implemented", "container.not-built", `${what} is not supported by this version of wherry`);

export const notRunning = (id: string) => conflict("not-running", `container ${id} is not running`);
export const cannotKill = (ref: string, cause: EngineError) =>
  new EngineError(cause.kind, cause.code, `cannot kill container: ${ref}: ${cause.message}`, { cause });
export const invalidSignal = (signal: string) => invalid("invalid-signal", `invalid signal: ${signal}`);
export const unsupportedSignal = (signal: number) =>
  invalid("unsupported-signal", `the linux daemon does not support signal ${signal}`);
export const cannotStop = (ref: string, cause: unknown) =>
  new EngineError("internal", "container.cannot-stop", `cannot stop container: ${ref}: the container did not end`, {
    cause,
  });

export const cannotStopWith = (ref: string, cause: EngineError) =>
  new EngineError(cause.kind, cause.code, `cannot stop container: ${ref}: ${cause.message}`, { cause });

export const swapBelowMemory = () =>
  invalid(
    "swap-below-memory",
    "Memory limit should be smaller than already set memoryswap limit, update the memoryswap at the same time",
  );
export const cannotUpdate = (id: string, cause: Error & { readonly detail: string }) =>
  new EngineError("internal", "container.cannot-update", `Cannot update container ${id}: ${cause.detail}`, { cause });
export const notJoinable = (name: string, status: string) =>
  invalid("not-joinable", `cannot join network namespace of a non running container: container ${name} is ${status}`);
export const startPaused = () => conflict("paused", "cannot start a paused container, try unpause instead");
export const startRemoving = () => conflict("removing", "container is marked for removal and cannot be started");
export const startBody = () =>
  invalid(
    "start-body",
    "starting container with non-empty request body was deprecated since API v1.22 and removed in v1.24",
  );
/** A start that failed; what the runtime or the network said stands in `message`. */
export const startFailed = (message: string, kind: "invalid-argument" | "not-found" | "internal", cause: unknown) =>
  new EngineError(kind, "container.start-failed", message, { cause });
export const alreadyPaused = (id: string) => conflict("already-paused", `Container ${id} is already paused`);
export const notPaused = (id: string) =>
  new EngineError("internal", "container.not-paused", `Container ${id} is not paused`);
export const pausedBefore = (name: string, what: "exec" | "attach") =>
  conflict(
    "paused",
    `${what === "exec" ? "Container" : "container"} ${name} is paused, unpause the container before ${what}`,
  );
export const isRestarting = (id: string) =>
  conflict("restarting", `Container ${id} is restarting, wait until the container is running`);

export const removalUnderWay = (ref: string) =>
  conflict("removing", `removal of container ${ref} is already in progress`);
export const removeActive = (ref: string, status: string) =>
  conflict(
    "active",
    status === "paused"
      ? `cannot remove container "${ref}": container is paused and must be unpaused first`
      : `cannot remove container "${ref}": container is ${status}: stop the container before removing or force remove`,
  );
export const removalFailed = (ref: string, cause: Error) =>
  new EngineError("internal", "container.removal-failed", `cannot remove container "${ref}": ${cause.message}`, {
    cause,
  });

export const invalidCondition = (condition: string) =>
  invalid("invalid-condition", `invalid condition: ${JSON.stringify(condition)}`);
export const invalidDetachKeys = (keys: string) =>
  invalid("invalid-detach-keys", `Invalid detach keys (${keys}) provided`);
export const noStreamChosen = () => invalid("no-stream", "Bad parameters: you must choose at least one stream");
export const logsNotReadable = () =>
  new EngineError(
    "not-implemented",
    "container.logs-not-readable",
    "configured logging driver does not support reading",
  );
export const noSuchLogDriver = (name: string) =>
  invalid("no-such-log-driver", `error looking up logging plugin ${name}: plugin ${JSON.stringify(name)} not found`);
export const unknownLogOption = (option: string, driver: string) =>
  invalid("unknown-log-option", `unknown log opt '${option}' for ${driver} log driver`);
export const noPidField = () =>
  new EngineError("internal", "container.no-pid-field", "Couldn't find PID field in ps output");

export const noSuchExec = (id: string) => new EngineError("not-found", "exec.no-such", `No such exec instance: ${id}`);
export const noExecCommand = () => new EngineError("invalid-argument", "exec.no-command", "No exec command specified");
export const execRunning = (id: string) =>
  new EngineError("conflict", "exec.running", `exec command ${id} is already running`);
export const execHasRun = (id: string) =>
  new EngineError("conflict", "exec.has-run", `exec command ${id} has already run`);
export const execFailed = (detail: string, cause: unknown) =>
  new EngineError("invalid-argument", "exec.failed", detail, { cause });
export const execNotRunning = (id: string) =>
  new EngineError("not-found", "exec.not-running", `NotFound: process does not exist ${id}: not found`);
