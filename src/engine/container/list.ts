import { EngineError } from "#base/errors/engine-error.ts";
import { PatternTooLargeError } from "#formats/go-regexp/automaton.ts";
import { ExpressionSyntaxError, goRegexp } from "#formats/go-regexp/go-regexp.ts";
import type { ContainerDeps } from "./container-deps.ts";
import { invalidOption } from "./container-errors.ts";
import type { ContainerRecord } from "./container-record.ts";
import { isActive, type Status, statuses } from "./container-state.ts";
import { parseContainerPort } from "./ports.ts";

export interface ListRequest {
  /** Also those that do not run. */
  readonly all: boolean;
  /** At most so many, the newest; 0 for no bound. A bound implies `all`. */
  readonly limit: number;
  /** By name of the filter, the values asked for. */
  readonly filters: ReadonlyMap<string, readonly string[]>;
}

export const listFilterKeys: readonly string[] =
  "ancestor before exited expose health id is-task isolation label name network publish since status volume".split(" ");

type Needs = Pick<ContainerDeps, "containers" | "images">;
type Test = (record: ContainerRecord) => boolean;

/** Containers that pass all filters, newest first. Throws `container.invalid-option` for values that make no sense. */
export function listContainers(deps: Needs, { all, limit, filters }: ListRequest): readonly ContainerRecord[] {
  const tests = [...filters].flatMap(([key, values]) => testsOf(deps, key, values));
  const everything = all || limit > 0 || filters.has("status");
  const ordered = [...deps.containers.all()].sort(newestFirst);
  const found: ContainerRecord[] = [];
  for (const record of ordered) {
    if (limit > 0 && found.length >= limit) break;
    if (!everything && !isActive(record.state.status)) continue;
    if (tests.every((test) => test(record))) found.push(record);
  }
  return found;
}

/** Times are written with as many digits as they need; padded, they sort as text. */
export function newestFirst(a: ContainerRecord, b: ContainerRecord): number {
  const [left, right] = [padded(a.createdAt), padded(b.createdAt)];
  return left < right ? 1 : left > right ? -1 : 0;
}

const padded = (time: string): string => time.replace("Z", "").padEnd(19, ".").padEnd(30, "0");

/** Values of one filter are alternatives; labels must all be there. */
function testsOf(deps: Needs, key: string, values: readonly string[]): Test[] {
  if (key === "label") return values.map(labelTest);
  const make = makers[key];
  if (!make || values.length === 0) return [];
  const tests = values.map((value) => make(value, deps));
  return [(record) => tests.some((test) => test(record))];
}

const makers: Readonly<Record<string, (value: string, deps: Needs) => Test>> = {
  ancestor: (value, { images }) => {
    const id = imageId(images, value);
    return ({ image }) => image.ref === value || (id !== undefined && image.id === id);
  },
  before: (value, { containers }) => {
    const mark = containers.get(value);
    return (record) => record.id !== mark.id && newestFirst(record, mark) > 0;
  },
  since: (value, { containers }) => {
    const mark = containers.get(value);
    return (record) => record.id !== mark.id && newestFirst(record, mark) < 0;
  },
  exited: (value) => {
    const code = Number(value);
    if (!/^[+-]?\d+$/.test(value))
      throw invalidOption(
        `invalid filter 'exited=${value}': strconv.Atoi: parsing ${JSON.stringify(value)}: invalid syntax`,
      );
    return ({ state }) => state.exitCode === code && !isActive(state.status) && state.startedAt !== "";
  },
  expose: (value) => portTest("expose", value, ({ config }) => Object.keys(config.ExposedPorts ?? {})),
  // The host's port, as docker has it.
  publish: (value) =>
    portTest("publish", value, ({ endpoint }) =>
      (endpoint?.ports ?? []).map(({ hostPort, protocol }) => `${hostPort}/${protocol}`),
    ),
  health: (value) => {
    if (!["none", "starting", "healthy", "unhealthy"].includes(value))
      throw invalidOption(
        `invalid filter 'health=${value}': invalid value for health (${value}): must be one of none, starting, healthy, unhealthy`,
      );
    // Health checks are stored, not run: nothing has a health.
    return () => value === "none";
  },
  // docker looks an id up by it: nothing has the empty one.
  id: (value) => (value === "" ? () => false : textTest(value, ({ id }) => [id])),
  name: (value) => textTest(value, ({ name }) => [name, `/${name}`]),
  "is-task": (value) => {
    if (!["true", "1", "false", "0"].includes(value)) throw invalidOption(`invalid filter 'is-task=[${value}]'`);
    return () => value === "false" || value === "0";
  },
  isolation: (value) => () => value === "default",
  network:
    (value) =>
    ({ hostConfig, endpoint, lastNetworkId }) =>
      hostConfig.NetworkMode === value ||
      (value !== "" && (endpoint?.networkId ?? lastNetworkId ?? "").startsWith(value)),
  status: (value) => {
    if (!statuses.includes(value as Status))
      throw invalidOption(
        `invalid filter 'status=${value}': invalid value for state (${value}): must be one of created, running, paused, restarting, removing, exited, dead`,
      );
    return ({ state }) => state.status === value;
  },
  volume:
    (value) =>
    ({ mounts }) =>
      mounts.some(
        ({ name, destination, source, type }) =>
          name === value || destination === value || (type === "bind" && source === value),
      ),
};

function labelTest(value: string): Test {
  const at = value.indexOf("=");
  const [key, wanted] = at === -1 ? [value, undefined] : [value.slice(0, at), value.slice(at + 1)];
  return ({ config }) => {
    const label = config.Labels?.[key];
    return label !== undefined && (wanted === undefined || label === wanted);
  };
}

/** docker takes the value as a regular expression of Go's; what is none matches nothing but itself. */
function textTest(value: string, textsOf: (record: ContainerRecord) => readonly string[]): Test {
  const matches = expressionTest(value);
  return (record) => textsOf(record).some((text) => text === value || matches(text));
}

function expressionTest(value: string): (text: string) => boolean {
  try {
    return goRegexp(value);
  } catch (error) {
    if (error instanceof ExpressionSyntaxError || error instanceof PatternTooLargeError) return () => false;
    throw error;
  }
}

/** "80", "80/tcp", "8000-8010/udp". */
function portTest(filter: string, value: string, portsOf: (record: ContainerRecord) => readonly string[]): Test {
  const [range = "", protocol = "tcp"] = value.split("/");
  const [first = "", last = first] = range.split("-");
  if (!/^\d+$/.test(first) || !/^\d+$/.test(last))
    throw invalidOption(
      `error while looking up for ${filter} ${value}: strconv.ParseUint: parsing ${JSON.stringify(first)}: invalid syntax`,
    );
  return (record) =>
    portsOf(record).some((text) => {
      const port = parseContainerPort(text);
      return port.protocol === protocol && port.port >= Number(first) && port.port <= Number(last);
    });
}

function imageId(images: Needs["images"], ref: string): string | undefined {
  try {
    return images.resolve(ref).id;
  } catch (error) {
    if (error instanceof EngineError) return undefined;
    throw error;
  }
}
