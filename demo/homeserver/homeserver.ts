/**
 * A homeserver for development, all in memory: the real endpoints, one sample account, a line that can be slow or break. It
 * federates with nobody and takes no new events.
 */
import { AccountData, serveAccountData } from "./account-data.js";
import { Accounts, serveAccounts } from "./accounts.js";
import { serveClientBasics } from "./client-basics.js";
import { serveControl } from "./control.js";
import { DeviceKeys, serveDeviceKeys } from "./device-keys.js";
import { KeyBackups } from "./key-backup.js";
import { serveKeyBackups } from "./key-backup-endpoints.js";
import { Line } from "./line.js";
import { News } from "./news.js";
import { Rooms, serveRooms } from "./rooms.js";
import { Routes } from "./routes.js";
import { prepareSampleAccount } from "./sample-account.js";
import { HttpFront } from "./serve.js";
import { serveSync } from "./sync.js";

/** @param keys number of room keys in the sample account's backup */
export function openDevelopmentHomeserver(keys: number): HttpFront {
  const news = new News();
  const accounts = new Accounts();
  const parts = {
    accounts,
    news,
    line: new Line(),
    accountData: new AccountData(news),
    deviceKeys: new DeviceKeys(news),
    keyBackups: new KeyBackups(),
    rooms: new Rooms(),
  };
  const sample = prepareSampleAccount(parts, keys);
  const routes = new Routes();
  serveControl(routes, parts.line, sample.account);
  serveClientBasics(routes, accounts);
  serveAccounts(routes, accounts, (device) => parts.deviceKeys.forget(device));
  serveAccountData(routes, accounts, parts.accountData);
  serveDeviceKeys(routes, accounts, parts.deviceKeys);
  serveRooms(routes, accounts, parts.rooms);
  serveSync(routes, parts);
  serveKeyBackups(routes, {
    ...parts,
    async keyBackupsOf() {
      await sample.filled;
      return parts.keyBackups;
    },
  });
  return new HttpFront(routes, parts.line);
}
