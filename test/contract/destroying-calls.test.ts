import { createClient } from "matrix-js-sdk";
import { destroyingCallsContract } from "./destroying-calls.contract.js";

destroyingCallsContract("matrix-js-sdk 43", createClient, [
  "client.deleteKeyBackupVersion",
  "client.bootstrapSecretStorage",
  "client.disableKeyBackup",
  "client.createKeyBackupVersion",
]);
