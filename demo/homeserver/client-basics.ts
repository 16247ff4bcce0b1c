/** What any client asks for before it does anything: versions, capabilities, filters, push rules. */
import type { Accounts } from "./accounts.js";
import type { JsonObject } from "./answer.js";
import type { Routes } from "./routes.js";

const VERSIONS = ["v1.1", "v1.2", "v1.3", "v1.4", "v1.5", "v1.6", "v1.7", "v1.8", "v1.9", "v1.10", "v1.11"];

export function serveClientBasics(routes: Routes, accounts: Accounts): void {
  const v3 = "/_matrix/client/v3";
  routes.on("GET", "/_matrix/client/versions", () => ({ versions: VERSIONS, unstable_features: {} }));
  const signedIn = (method: string, path: string, answer: JsonObject) => {
    const endpoint = accounts.for(() => answer);
    routes.on(method, `${v3}${path}`, endpoint);
  };
  signedIn("GET", "/capabilities", { capabilities: { "m.change_password": { enabled: false } } });
  signedIn("GET", "/pushrules/", { global: {} });
  signedIn("GET", "/voip/turnServer", {});
  // matrix-js-sdk asks for it whenever it starts.
  const transports = accounts.for(() => ({ rtc_transports: [] }));
  routes.on("GET", "/_matrix/client/unstable/org.matrix.msc4143/rtc/transports", transports);
  // Every answer of /sync is small: whatever the filter says, it is whole.
  signedIn("POST", "/user/{userId}/filter", { filter_id: "whole" });
  signedIn("GET", "/user/{userId}/filter/{filterId}", {});
}
