/** What must be true at the end of a run, whatever was done: asked of the homeserver and of the crypto stores. */

/** @typedef {import("./scene.mjs").Scene} Scene */

/**
 * Every room key that any version ever had is in the account's present backup, which somebody can read, or in the crypto store of a device
 * that is still signed in, unless a human agreed to lose it.
 * @param {Scene} scene @returns {Promise<{ lost: number, faults: string[] }>}
 */
export async function judge({ account, signedIn }) {
  const kept = await account.sessionsInBackup();
  for (const device of signedIn) for (const session of await device.call("sessions")) kept.add(session);
  const missing = [...account.origins].filter(([session]) => !kept.has(session) && !account.forgiven.has(session));
  if (missing.length <= account.allowance) return { lost: 0, faults: [] };
  return { lost: missing.length, faults: missingByVersion(missing, account) };
}

/** @param {readonly [string, string][]} missing @param {import("./account.mjs").Account} account */
function missingByVersion(missing, { origins }) {
  const count = (/** @type {Iterable<[string, string]>} */ sessions, /** @type {string} */ version) =>
    [...sessions].filter(([, origin]) => origin === version).length;
  return [...new Set(missing.map(([, version]) => version))].map(
    (version) => `${count(missing, version)} of ${count(origins, version)} room keys of version ${version} are nowhere`,
  );
}
