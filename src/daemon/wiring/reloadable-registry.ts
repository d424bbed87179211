import type { Credentials, RegistryRepository, RegistryService } from "#registry/registry-service.ts";

type Reference = Parameters<RegistryService["open"]>[0];

/** The registry service of the configuration in force: a reload brings another one, pulls under way keep theirs. */
export class ReloadableRegistry implements RegistryService {
  #current: RegistryService;

  constructor(first: RegistryService) {
    this.#current = first;
  }

  use(next: RegistryService): void {
    this.#current = next;
  }

  open(reference: Reference, credentials: Credentials | undefined): RegistryRepository {
    return this.#current.open(reference, credentials);
  }

  checkLogin(
    server: string,
    credentials: Credentials,
    signal: AbortSignal,
  ): Promise<{ readonly identityToken: string }> {
    return this.#current.checkLogin(server, credentials, signal);
  }
}
