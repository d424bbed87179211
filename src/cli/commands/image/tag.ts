import { parseReference, repositoryName, withDefaultTag } from "#formats/reference/reference.ts";
import { CommandError, command } from "../../command.ts";

export const imageTag = command({
  path: "image tag",
  aliases: ["tag"],
  summary: "Give an image another name",
  args: "SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]",
  least: 2,
  most: 2,
  flags: {},
  run: async ({ args: [source, target], client }) => {
    const reference = targetOf(target!);
    await client.images.tag(source!, { repo: repositoryName(reference), tag: reference.tag });
    return 0;
  },
});

function targetOf(target: string) {
  try {
    const reference = parseReference(target);
    if (reference.digest === undefined) return withDefaultTag(reference);
  } catch (error) {
    throw new CommandError(
      1,
      `Error parsing reference: ${JSON.stringify(target)} is not a valid repository/tag: ${(error as Error).message}`,
    );
  }
  throw new CommandError(1, "refusing to create a tag with a digest reference");
}
