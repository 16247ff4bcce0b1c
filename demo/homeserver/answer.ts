/** What goes in and out of an endpoint of the development homeserver. It knows nothing of sockets. */

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json;
}

export interface MatrixRequest {
  readonly method: string;
  readonly query: URLSearchParams;
  readonly accessToken: string | null;
  readonly body: JsonObject;
  /** Aborted when the client hangs up. */
  readonly signal: AbortSignal;
  /** A decoded part of the path, by its name in the route's pattern. */
  parameter(name: string): string;
}

/** Either at once, or as it comes: then in pieces that are sent at the speed of the line. */
export type Answer = JsonObject | AsyncIterable<string>;

export type Endpoint = (request: MatrixRequest) => Answer | Promise<Answer>;

/** @see https://spec.matrix.org/v1.16/client-server-api/#standard-error-response */
export class MatrixError extends Error {
  constructor(
    readonly status: number,
    readonly errcode: string,
    message: string,
    readonly details: JsonObject = {},
  ) {
    super(message);
  }

  toJSON(): JsonObject {
    return { errcode: this.errcode, error: this.message, ...this.details };
  }
}

export function notFound(message: string): MatrixError {
  return new MatrixError(404, "M_NOT_FOUND", message);
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @throws MatrixError if it is missing or of another type */
export function objectIn(body: JsonObject, name: string): JsonObject {
  const value = body[name];
  if (isJsonObject(value)) return value;
  throw new MatrixError(400, "M_BAD_JSON", `${name} must be an object`);
}

/** @throws MatrixError if it is missing or of another type */
export function stringIn(body: JsonObject, name: string): string {
  const value = body[name];
  if (typeof value === "string") return value;
  throw new MatrixError(400, "M_BAD_JSON", `${name} must be a string`);
}
