import type { Client } from "#client/client.ts";
import {
  fullReference,
  isNameOnly,
  parseReference,
  type Reference,
  repositoryName,
  withDefaultTag,
} from "#formats/reference/reference.ts";
import { CommandError } from "../../command.ts";
import type { ConfigFile } from "../../config/config-file.ts";
import { registryAuth } from "../../config/registry-auth.ts";
import { type ProgressView, showProgress } from "../../output/progress.ts";

export interface PullOptions extends ProgressView {
  readonly platform?: string;
  readonly allTags?: boolean;
  readonly quiet: boolean;
  /** Say that the tag is latest when the user gave none. */
  readonly namesDefaultTag?: boolean;
}

/** Pulls an image and shows the progress. Resolves with the full name. */
export async function pullImage(
  client: Client,
  config: ConfigFile,
  name: string,
  options: PullOptions,
): Promise<string> {
  const given = referenceOf(name);
  const reference = options.allTags ? given : withDefaultTag(given);
  if (options.allTags && (given.tag ?? given.digest) !== undefined)
    throw new CommandError(1, "tag can't be used with --all-tags/-a");
  if (options.namesDefaultTag && !options.allTags && !options.quiet && isNameOnly(given))
    options.write("Using default tag: latest\n");
  const source = await client.images.pull(
    { fromImage: repositoryName(reference), tag: reference.digest ?? reference.tag, platform: options.platform },
    registryAuth(config, reference.domain),
  );
  await showProgress(source, options.quiet ? { ...options, isTerminal: false, write: () => undefined } : options);
  return fullReference(reference);
}

function referenceOf(name: string): Reference {
  try {
    return parseReference(name);
  } catch (error) {
    throw new CommandError(1, (error as Error).message);
  }
}
