/** The daemon answered with a failure. `message` is the daemon's own. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** No daemon was reached. The message is what docker's command line says. */
export class DaemonUnreachable extends Error {
  override readonly name = "DaemonUnreachable";
}
