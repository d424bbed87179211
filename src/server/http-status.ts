import type { ErrorKind } from "#base/errors/engine-error.ts";

/** A kind without a status does not compile. */
export const statusOf = {
  "invalid-argument": 400,
  unauthorized: 401,
  forbidden: 403,
  "not-found": 404,
  conflict: 409,
  cancelled: 499,
  "not-implemented": 501,
  unavailable: 503,
  internal: 500,
} as const satisfies Record<ErrorKind, number>;
