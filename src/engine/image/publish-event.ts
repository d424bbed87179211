import type { ImageDeps } from "./image-deps.ts";
import type { ImageRecord } from "./image-record.ts";

type ImageAction = "pull" | "import" | "tag" | "untag";

/** Tells of an image that is there. `name` is what docker shows as the attribute, the labels come from the image. */
export function publishImageEvent(
  { events }: Pick<ImageDeps, "events">,
  action: ImageAction,
  image: ImageRecord,
  { id = image.id, name = image.id }: { readonly id?: string; readonly name?: string } = {},
): void {
  events.publish({ type: "image", action, id, attributes: { ...image.config.config.Labels, name } });
}
