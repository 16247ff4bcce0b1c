/** Finds the endpoint of a request by method and path. It knows no endpoint. */
import { type Endpoint, MatrixError } from "./answer.js";

interface Route {
  readonly method: string;
  readonly segments: readonly string[];
  readonly endpoint: Endpoint;
}

export interface Match {
  readonly endpoint: Endpoint;
  parameter(name: string): string;
}

export class Routes {
  readonly #routes: Route[] = [];

  /** @param pattern such as `/_matrix/client/v3/room_keys/keys/{roomId}` */
  on(method: string, pattern: string, endpoint: Endpoint): void {
    this.#routes.push({ method, segments: pattern.split("/"), endpoint });
  }

  /** @throws MatrixError if there is none */
  find(method: string, path: string): Match {
    const segments = path.split("/");
    const known = this.#routes.filter((route) => matches(route.segments, segments));
    const route = known.find((one) => one.method === method);
    if (!route) throw new MatrixError(known.length > 0 ? 405 : 404, "M_UNRECOGNIZED", "Unrecognized request");
    const parameter = (name: string) => decode(segments[route.segments.indexOf(`{${name}}`)] ?? "");
    return { endpoint: route.endpoint, parameter };
  }
}

function matches(pattern: readonly string[], segments: readonly string[]): boolean {
  return pattern.length === segments.length && pattern.every((part, i) => part.startsWith("{") || part === segments[i]);
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new MatrixError(400, "M_INVALID_PARAM", "The path is not percent-encoded UTF-8");
  }
}
