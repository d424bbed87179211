import { ApiError } from "#client/api-error.ts";
import { command } from "../../command.ts";
import { eachRef } from "../each-ref.ts";

export const containerRm = command({
  path: "container rm",
  aliases: ["container remove", "rm"],
  summary: "Remove one or more containers",
  args: "CONTAINER [CONTAINER...]",
  least: 1,
  flags: {
    force: { type: "boolean", short: "f", help: "Kill the container first when it runs" },
    link: { type: "boolean", short: "l", help: "Remove the link, not the container" },
    volumes: { type: "boolean", short: "v", help: "Remove its anonymous volumes as well" },
  },
  run: ({ args, flags, client, out }) =>
    eachRef(args, out, async (ref) => {
      const name = ref.replace(/^\/+(?=.)/, "");
      try {
        await client.containers.remove(name, { v: flags.volumes, force: flags.force, link: flags.link });
      } catch (error) {
        // With --force, a container that is not there is as good as removed.
        if (flags.force && error instanceof ApiError && error.status === 404) {
          out.error(`Error response from daemon: ${error.message}`);
          return;
        }
        throw error;
      }
      out.line(ref);
    }),
});
