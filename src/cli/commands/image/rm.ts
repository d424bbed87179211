import { ApiError } from "#client/api-error.ts";
import { command } from "../../command.ts";
import { eachRefInTurn } from "../each-ref.ts";

export const imageRm = command({
  path: "image rm",
  aliases: ["image remove", "rmi"],
  summary: "Remove one or more images",
  args: "IMAGE [IMAGE...]",
  least: 1,
  flags: {
    force: { type: "boolean", short: "f", help: "Remove it though containers were made from it" },
    "no-prune": { type: "boolean", help: "Leave parents without a name alone" },
  },
  run: async ({ args, flags, client, out }) => {
    let code = 0;
    const failed = await eachRefInTurn(args, out, async (ref) => {
      try {
        const gone = await client.images.remove(ref, { force: flags.force, noprune: flags["no-prune"] });
        for (const item of gone)
          out.line("Untagged" in item ? `Untagged: ${item.Untagged}` : `Deleted: ${item.Deleted}`);
      } catch (error) {
        // With --force, a missing image is told but does not fail the command.
        if (!(flags.force && error instanceof ApiError && error.status === 404)) code = 1;
        throw error;
      }
    });
    return failed && code;
  },
});
