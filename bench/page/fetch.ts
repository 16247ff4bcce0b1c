/** The limit: the same backup, read to its end by a plain `fetch`, and thrown away. */
import type { Account } from "./client.js";
import { between } from "./measured.js";

declare global {
  var fetchBackup: (account: Account) => Promise<number>;
}

globalThis.fetchBackup = async (account) => {
  const headers = { Authorization: `Bearer ${await logIn(account)}` };
  return between(async (elapsed) => {
    const response = await fetch(`${account.url}/_matrix/client/v3/room_keys/keys?version=${account.version}`, {
      headers,
    });
    if (!response.ok || response.body === null) throw new Error(`${response.status} ${response.statusText}`);
    const reader = response.body.getReader();
    while (!(await reader.read()).done);
    return elapsed();
  });
};

async function logIn({ url, user, password }: Account): Promise<string> {
  const identifier = { type: "m.id.user", user };
  const body = JSON.stringify({ type: "m.login.password", identifier, password });
  const response = await fetch(`${url}/_matrix/client/v3/login`, { method: "POST", body });
  return (await response.json()).access_token;
}
