/** The configuration of the tests' Synapse: for one machine, one run and no one else. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";

export const SERVER_NAME = "localhost";

const NO_LIMIT = { per_second: 1e6, burst_count: 1e6 };
const RATE_LIMITS = {
  rc_message: NO_LIMIT,
  rc_registration: NO_LIMIT,
  rc_login: { address: NO_LIMIT, account: NO_LIMIT, failed_attempts: NO_LIMIT },
  rc_key_requests: NO_LIMIT,
  rc_joins: { local: NO_LIMIT, remote: NO_LIMIT },
  rc_joins_per_room: NO_LIMIT,
  rc_invites: { per_room: NO_LIMIT, per_user: NO_LIMIT, per_issuer: NO_LIMIT },
  rc_room_creation: NO_LIMIT,
};

/** JSON, which is YAML. @param {string} directory @param {number} port */
export function synapseConfig(directory, port) {
  return JSON.stringify({
    server_name: SERVER_NAME,
    public_baseurl: `http://127.0.0.1:${port}/`,
    listeners: [{ port, type: "http", bind_addresses: ["127.0.0.1"], resources: [{ names: ["client"] }] }],
    database: { name: "sqlite3", args: { database: databasePath(directory), timeout: 60 } },
    media_store_path: join(directory, "media"),
    signing_key_path: signingKeyPath(directory),
    log_config: logConfigPath(directory),
    macaroon_secret_key: secret(),
    form_secret: secret(),
    registration_shared_secret: secret(),
    enable_registration: true,
    enable_registration_without_verification: true,
    bcrypt_rounds: 4,
    presence: { enabled: false },
    federation_domain_whitelist: [],
    trusted_key_servers: [],
    suppress_key_server_warning: true,
    report_stats: false,
    ...RATE_LIMITS,
  });
}

/** @param {string} directory */
export function synapseLogConfig(directory) {
  return JSON.stringify({
    version: 1,
    formatters: { line: { format: "%(asctime)s %(levelname)s %(name)s: %(message)s" } },
    handlers: { file: { class: "logging.FileHandler", formatter: "line", filename: logPath(directory) } },
    root: { level: "WARNING", handlers: ["file"] },
    disable_existing_loggers: false,
  });
}

export function makeSigningKey() {
  return `ed25519 a_test ${randomBytes(32).toString("base64").replace("=", "")}\n`;
}

/** @param {string} directory */
export const databasePath = (directory) => join(directory, "homeserver.db");
/** @param {string} directory */
export const logPath = (directory) => join(directory, "homeserver.log");
/** @param {string} directory */
export const logConfigPath = (directory) => join(directory, "log.yaml");
/** @param {string} directory */
export const signingKeyPath = (directory) => join(directory, "signing.key");
/** @param {string} directory */
export const configPath = (directory) => join(directory, "homeserver.yaml");

function secret() {
  return randomBytes(24).toString("hex");
}
