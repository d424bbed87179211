import type { ContainerDeps } from "./container-deps.ts";
import type { ContainerRecord } from "./container-record.ts";

/** Tells of something that happened to a container, with its labels, image and name. Call after the commit. */
export function publishContainer(
  { events }: Pick<ContainerDeps, "events">,
  record: ContainerRecord,
  action: string,
  more: Readonly<Record<string, string>> = {},
): void {
  const attributes = { ...record.config.Labels, ...more, image: record.image.ref, name: record.name };
  events.publish({ type: "container", action, id: record.id, attributes });
}
