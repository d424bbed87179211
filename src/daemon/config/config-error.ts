/** The configuration cannot be used; the message is for the administrator. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}
