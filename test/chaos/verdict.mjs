/** What must be true when a device has come to an end, whatever was done to it: asked of its crypto store and of its journal. */

/** @typedef {import("./device.mjs").Device} Device */

/** @param {Device} device @param {ReadonlySet<string>} sessions of the backup, as "room ID, space, session ID" */
export async function judge(device, sessions) {
  const { journal } = device;
  // Now, since it may go on: with another pass, or a pause that came too late.
  const shown = journal.ended;
  const missing = await missingSessions(device, sessions);
  const faults = [
    ...shownFaults(shown, sessions.size),
    ...(await countFaults(device, sessions.size)),
    missing > 0 && `${missing} room keys are not in the crypto store`,
    journal.doubleImports > 0 && `${journal.doubleImports} imports began while another one was under way`,
    journal.importsWhilePaused > 0 && `${journal.importsWhilePaused} imports began while it was paused`,
    journal.batchesBegunAgain > journal.kills &&
      `${journal.batchesBegunAgain} batches were imported again after ${journal.kills} kills`,
    journal.requestsAfterWhole > 0 &&
      `room keys were asked for ${journal.requestsAfterWhole} times after the download was whole`,
  ];
  return { faults: faults.filter((fault) => fault !== false), lost: shown?.status === "complete" ? missing : 0 };
}

/** @param {import("./page/wire.js").StateNote | undefined} shown @param {number} keys */
function shownFaults(shown, keys) {
  if (shown?.status !== "complete") return [`ended ${shown?.status}: ${shown?.reason}`];
  const exact = {
    total: keys,
    downloaded: keys,
    imported: keys,
    failures: { malformed: 0, undecryptable: 0, rejected: 0 },
  };
  const actual = JSON.stringify(shown.progress);
  return actual === JSON.stringify(exact) ? [] : [`the progress of ${keys} room keys is not exact: ${actual}`];
}

/** @param {Device} device @param {number} keys */
async function countFaults(device, keys) {
  const counts = await device.askAny(() => globalThis.device?.roomKeyCounts());
  const isExact = counts?.total === keys && counts.backedUp === keys;
  return isExact ? [] : [`the crypto store counts ${JSON.stringify(counts)} of ${keys} room keys`];
}

/** How many. @param {Device} device @param {ReadonlySet<string>} sessions */
async function missingSessions(device, sessions) {
  const there = new Set(await device.askAny(() => globalThis.device?.sessions()));
  return [...sessions].filter((session) => !there.has(session)).length;
}
