import { existsSync, writeFileSync } from "node:fs";
import type { ContainerCreate } from "#api/types/container.ts";
import { ApiError } from "#client/api-error.ts";
import type { Client } from "#client/client.ts";
import { familiarReference, parseReference, withDefaultTag } from "#formats/reference/reference.ts";
import type { ContainerFlags } from "../../arguments/container-config.ts";
import { CommandError, InvalidImageName } from "../../command.ts";
import type { ConfigFile } from "../../config/config-file.ts";
import type { Out } from "../../output/out.ts";
import { pullImage } from "../image/pull-image.ts";

export interface Creation {
  readonly client: Client;
  readonly out: Out;
  readonly config: ConfigFile;
  readonly flags: ContainerFlags;
  readonly body: ContainerCreate;
}

/** Creates the container, pulling the image when it is missing; its id also goes to the file that the user named. */
export async function createContainer({ client, out, config, flags, body }: Creation): Promise<string> {
  const { name, platform, pull = "missing", quiet, cidfile } = flags;
  if (!["always", "missing", "never"].includes(pull))
    throw new CommandError(125, `invalid pull option: '${pull}': must be one of "always", "missing" or "never"`);
  if (cidfile !== undefined && existsSync(cidfile))
    throw new CommandError(
      125,
      `container ID file found, make sure the other container isn't running or delete ${cidfile}`,
    );
  const image = body.Image!;
  checkReference(image);
  const fetch = () =>
    pullImage(client, config, image, {
      platform,
      quiet,
      write: out.writeError,
      isTerminal: out.errorIsTerminal,
      columns: out.columns,
    });
  if (pull === "always") await fetch();
  const create = () => client.containers.create({ name, platform }, body);
  let created: Awaited<ReturnType<typeof create>>;
  try {
    created = await create();
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 404 || pull !== "missing" || !isMissingImage(error, image))
      throw error;
    if (!quiet) out.error(`Unable to find image '${familiar(image)}' locally`);
    await fetch();
    created = await create();
  }
  for (const warning of created.Warnings ?? []) out.error(`WARNING: ${warning}`);
  if (cidfile !== undefined) writeFileSync(cidfile, created.Id);
  return created.Id;
}

/** A name that cannot be one is refused before the daemon is asked. */
function checkReference(image: string): void {
  if (/^(sha256:)?[0-9a-f]{64}$/.test(image)) return;
  try {
    parseReference(image);
  } catch (error) {
    throw new InvalidImageName((error as Error).message);
  }
}

const familiar = (image: string): string => familiarReference(withDefaultTag(parseReference(image)));

/** Networks and volumes can be missing too; only for an image does a pull help. */
function isMissingImage({ message }: ApiError, image: string): boolean {
  if (!message.startsWith("No such image")) return false;
  try {
    familiar(image);
    return true;
  } catch {
    return false;
  }
}
