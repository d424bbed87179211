import type { EngineEvent } from "./events-service.ts";

/** Keys of the `filters` of GET /events. */
export const eventFilterKeys = [
  "type",
  "event",
  "scope",
  "container",
  "image",
  "volume",
  "network",
  "daemon",
  "plugin",
  "service",
  "node",
  "secret",
  "config",
  "label",
] as const;

type Filters = ReadonlyMap<string, readonly string[]>;

/** Kinds whose filter matches the actor of that type by id or name; an image's has rules of its own. */
const actorTypes = ["container", "volume", "network", "daemon", "plugin", "service", "node", "secret", "config"];

/** Does an event pass the filters? Values of one key are alternatives, keys and labels must all match. */
export function matchesEvent(filters: Filters, event: EngineEvent): boolean {
  return (
    anyOf(filters.get("type"), (value) => value === event.type) &&
    anyOf(filters.get("event"), (value) => matchesAction(value, event.action)) &&
    anyOf(filters.get("scope"), (value) => value === "local") &&
    actorTypes.every((type) =>
      anyOf(filters.get(type), (value) => type === event.type && matchesActor(value, event)),
    ) &&
    anyOf(filters.get("image"), (value) => matchesImage(value, event)) &&
    (filters.get("label") ?? []).every((value) => matchesLabel(value, event.attributes))
  );
}

const anyOf = (values: readonly string[] | undefined, matches: (value: string) => boolean): boolean =>
  values === undefined || values.length === 0 || values.some(matches);

/** Actions with a text behind a colon (`exec_create: ls`, `health_status: healthy`) match by what is before it, too. */
const matchesAction = (wanted: string, action: string): boolean =>
  wanted === action ||
  (["health_status", "exec_create", "exec_start"].includes(wanted) && action.startsWith(`${wanted}:`));

const matchesActor = (wanted: string, { id, attributes }: EngineEvent): boolean =>
  id.startsWith(wanted) || (attributes["name"] ?? "").startsWith(wanted);

/** By id, name, or name without its tag; of a container event, the image it was made from. */
function matchesImage(wanted: string, { type, id, attributes }: EngineEvent): boolean {
  const name = attributes[type === "image" ? "name" : "image"];
  return id === wanted || name === wanted || (name !== undefined && withoutTag(name) === wanted);
}

function withoutTag(name: string): string {
  const colon = name.lastIndexOf(":");
  return colon > name.lastIndexOf("/") ? name.slice(0, colon) : name;
}

function matchesLabel(wanted: string, attributes: Readonly<Record<string, string>>): boolean {
  const mark = wanted.indexOf("=");
  return mark === -1
    ? Object.hasOwn(attributes, wanted)
    : Object.hasOwn(attributes, wanted.slice(0, mark)) && attributes[wanted.slice(0, mark)] === wanted.slice(mark + 1);
}
