import type { AuthConfig } from "#api/types/system.ts";
import type { ImageDeps } from "./image-deps.ts";
import { loginError } from "./image-errors.ts";

/** Asks the registry whether it accepts the credentials. Throws in docker's words. */
export async function authenticate(
  { registry }: Pick<ImageDeps, "registry">,
  { serveraddress = "", username = "", password = "", identitytoken = "", registrytoken = "" }: AuthConfig,
  signal: AbortSignal,
): Promise<{ readonly identityToken: string }> {
  const credentials = { username, password, identityToken: identitytoken, registryToken: registrytoken };
  try {
    return await registry.checkLogin(serveraddress, credentials, signal);
  } catch (error) {
    throw loginError(error);
  }
}
