/** Signs in by password, on whatever homeserver. */
import { createClient, MatrixError } from "matrix-js-sdk";
import { quietLogger } from "./quiet-logger.js";
import type { Session } from "./session.js";

export interface Credentials {
  /** A URL, or the name of a homeserver that has a `.well-known/matrix/client`. */
  readonly homeserver: string;
  readonly user: string;
  readonly password: string;
}

export async function signIn({ homeserver, user, password }: Credentials): Promise<Session> {
  const homeserverUrl = await homeserverUrlOf(homeserver);
  const login = await createClient({ baseUrl: homeserverUrl, logger: quietLogger }).loginRequest({
    type: "m.login.password",
    identifier: { type: "m.id.user", user },
    password,
    initial_device_display_name: "Key backup sync, the demo",
  });
  return { homeserverUrl, userId: login.user_id, deviceId: login.device_id, accessToken: login.access_token };
}

/** @see https://spec.matrix.org/v1.16/client-server-api/#well-known-uri */
async function homeserverUrlOf(homeserver: string): Promise<string> {
  const name = homeserver.trim().replace(/\/+$/, "");
  if (/^https?:\/\//.test(name)) return name;
  try {
    const wellKnown = await fetch(`https://${name}/.well-known/matrix/client`);
    const { "m.homeserver": found } = (await wellKnown.json()) as { "m.homeserver": { base_url: string } };
    return found.base_url.replace(/\/+$/, "");
  } catch {
    return `https://${name}`;
  }
}

/** What to tell the person when signing in failed. */
export function signInProblem(error: unknown): string {
  if (error instanceof MatrixError && error.errcode === "M_FORBIDDEN") return "Wrong user name or password.";
  if (error instanceof MatrixError) return `The homeserver refuses: ${error.error ?? error.errcode ?? error.message}`;
  return "The homeserver cannot be reached. Is the address right?";
}
