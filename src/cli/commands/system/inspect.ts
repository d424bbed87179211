import { ApiError } from "#client/api-error.ts";
import type { Client } from "#client/client.ts";
import { CommandError, command } from "../../command.ts";
import { inspectEach, ObjectNotFound } from "../../output/inspect-each.ts";

export const inspect = command({
  path: "inspect",
  summary: "Show everything about containers, images, networks or volumes",
  args: "NAME|ID [NAME|ID...]",
  least: 1,
  flags: {
    format: { type: "string", short: "f", help: '"json" or a Go template' },
    size: { type: "boolean", short: "s", help: "Show the size of a container's files" },
    type: { type: "string", help: 'Only this kind: "container", "image", "network" or "volume"' },
  },
  run: ({ args, flags, client, out }) => {
    const finders = findersOf(client, flags.size);
    const kinds = flags.type === undefined ? Object.keys(finders) : [flags.type];
    for (const kind of kinds)
      if (!Object.hasOwn(finders, kind))
        throw new CommandError(1, `unknown type: ${JSON.stringify(kind)}: must be one of ${knownTypes}`);
    return inspectEach(out, args, flags.format, async (ref) => {
      for (const kind of kinds) {
        try {
          return await finders[kind]!(ref);
        } catch (error) {
          if (kinds.length === 1 || !(error instanceof ApiError) || error.status !== 404) throw error;
        }
      }
      throw new ObjectNotFound(ref);
    });
  },
});

const knownTypes = ["config", "container", "image", "network", "node", "plugin", "secret", "service", "task", "volume"]
  .map((type) => JSON.stringify(type))
  .join(", ");

const findersOf = (client: Client, size: boolean): Readonly<Record<string, (ref: string) => Promise<unknown>>> => ({
  container: (ref) => client.containers.inspect(ref, { size }),
  image: (ref) => client.images.inspect(ref),
  network: (ref) => client.networks.inspect(ref),
  volume: (ref) => client.volumes.inspect(ref),
});
