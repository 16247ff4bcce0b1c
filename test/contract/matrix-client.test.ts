import { createClient, Room } from "matrix-js-sdk";
import { logger } from "matrix-js-sdk/lib/logger.js";
import { fromMatrixClient } from "../../src/index.js";
import { hostContract } from "./host.contract.js";
import { lostStoreContract } from "./lost-store.contract.js";
import { openMatrixClient, type Sdk, silence } from "./matrix-client-on-trial.js";
import { roomKeysContract } from "./room-keys.contract.js";

silence(logger);

/** It renews access tokens by OAuth 2.0 alone. */
const sdk: Sdk = {
  createClient: (options) => createClient({ ...options, oauthClientId: "client", onTokenRefresh() {} }),
  Room,
  tokenRoutes: (url) => ({
    "/_matrix/client/v1/auth_metadata": {
      json: {
        issuer: url,
        authorization_endpoint: `${url}/authorize`,
        token_endpoint: `${url}/token`,
        revocation_endpoint: `${url}/revoke`,
        registration_endpoint: `${url}/register`,
        response_modes_supported: ["query", "fragment"],
        response_types_supported: ["code"],
        grant_types_supported: ["authorization_code", "refresh_token"],
        code_challenge_methods_supported: ["S256"],
      },
    },
    "POST /token": { json: { token_type: "Bearer", access_token: "token-2", refresh_token: "refresh-token-2" } },
  }),
};

hostContract("A client of the newest matrix-js-sdk", (homeserver) =>
  openMatrixClient(homeserver, sdk, fromMatrixClient),
);

roomKeysContract("A client of the newest matrix-js-sdk", (homeserver) =>
  openMatrixClient(homeserver, sdk, fromMatrixClient),
);

for (const isInMemory of [true, false]) {
  lostStoreContract("A client of the newest matrix-js-sdk", isInMemory, (homeserver) =>
    openMatrixClient(homeserver, sdk, fromMatrixClient, isInMemory),
  );
}
