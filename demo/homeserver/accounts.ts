/** Who may ask, and as which device. Passwords are in clear: everything here is a sample. */
import { randomBytes } from "node:crypto";
import {
  type Answer,
  type Endpoint,
  isJsonObject,
  type JsonObject,
  MatrixError,
  type MatrixRequest,
} from "./answer.js";
import type { Routes } from "./routes.js";

export const SERVER_NAME = "localhost";

export interface Device {
  readonly userId: string;
  readonly deviceId: string;
  readonly accessToken: string;
}

type SignedInEndpoint = (request: MatrixRequest, device: Device) => Answer | Promise<Answer>;

export class Accounts {
  readonly #passwords = new Map<string, string>();
  readonly #devices = new Map<string, Device>();

  add(userId: string, password: string): void {
    this.#passwords.set(userId, password);
  }

  logIn(user: string, password: string, deviceId: string): Device {
    const userId = user.startsWith("@") ? user : `@${user}:${SERVER_NAME}`;
    if (this.#passwords.get(userId) !== password) {
      throw new MatrixError(403, "M_FORBIDDEN", "Wrong user name or password");
    }
    const accessToken = randomBytes(24).toString("base64url");
    const device = { userId, deviceId, accessToken };
    this.#devices.set(accessToken, device);
    return device;
  }

  logOut({ accessToken }: Device): void {
    this.#devices.delete(accessToken);
  }

  devicesOf(userId: string): Device[] {
    return [...this.#devices.values()].filter((device) => device.userId === userId);
  }

  /** The endpoint, for those who are signed in. */
  for(endpoint: SignedInEndpoint): Endpoint {
    return (request) => endpoint(request, this.#deviceOf(request));
  }

  #deviceOf({ accessToken }: MatrixRequest): Device {
    if (accessToken === null) throw new MatrixError(401, "M_MISSING_TOKEN", "Missing access token");
    const device = this.#devices.get(accessToken);
    if (!device) throw new MatrixError(401, "M_UNKNOWN_TOKEN", "Unknown access token", { soft_logout: false });
    return device;
  }
}

export function serveAccounts(routes: Routes, accounts: Accounts, onLogOut: (device: Device) => void): void {
  const v3 = "/_matrix/client/v3";
  routes.on("GET", `${v3}/login`, () => ({ flows: [{ type: "m.login.password" }] }));
  routes.on("POST", `${v3}/login`, ({ body }) => logIn(accounts, body));
  const logOut = accounts.for((_, device) => {
    accounts.logOut(device);
    onLogOut(device);
    return {};
  });
  routes.on("POST", `${v3}/logout`, logOut);
  const whoAmI = accounts.for((_, { userId, deviceId }) => ({ user_id: userId, device_id: deviceId }));
  routes.on("GET", `${v3}/account/whoami`, whoAmI);
  const listDevices = accounts.for((_, { userId }) => ({
    devices: accounts.devicesOf(userId).map(({ deviceId }) => ({ device_id: deviceId })),
  }));
  routes.on("GET", `${v3}/devices`, listDevices);
}

function logIn(accounts: Accounts, body: JsonObject): JsonObject {
  const { type, identifier, user, password, device_id } = body;
  if (type !== "m.login.password") throw new MatrixError(400, "M_UNKNOWN", "Only m.login.password is known");
  const name = isJsonObject(identifier) ? identifier.user : user;
  if (typeof name !== "string" || typeof password !== "string") {
    throw new MatrixError(400, "M_BAD_JSON", "A user and a password are needed");
  }
  const deviceId = typeof device_id === "string" ? device_id : randomBytes(5).toString("hex").toUpperCase();
  const device = accounts.logIn(name, password, deviceId);
  return { user_id: device.userId, device_id: deviceId, access_token: device.accessToken, home_server: SERVER_NAME };
}
