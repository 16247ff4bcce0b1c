/**
 * What the humans do when all that was planned has happened: each enters the recovery key of the present backup where it is asked for, finishes a
 * reset that did not finish, and waits.
 */
import { setTimeout as delay } from "node:timers/promises";
import { isAtRest } from "./moments.mjs";

/** @typedef {import("./account.mjs").Account} Account */
/** @typedef {import("./device.mjs").Device} Device */

const LONGEST_WAIT_MS = 45_000;
const BETWEEN_LOOKS_MS = 150;
const AT_REST_MS = 1500;

/** @param {{ account: Account, signedIn: Device[] }} scene @param {Device[]} [devices] all that are signed in, if that is not told */
export async function whenSettled({ account, signedIn }, devices = signedIn) {
  for (const device of devices) await whenDeviceSettled(account, device);
}

/** Presses the button, if the device comes to show it. @param {Device} device */
export async function finishReset(device) {
  await Promise.race([device.when(() => isAtRest(device)), delay(AT_REST_MS)]);
  if (device.shown?.reason === "reset-unfinished") await device.call("press", "Finish the reset");
}

/** @param {Account} account @param {Device} device */
async function whenDeviceSettled(account, device) {
  for (const started = Date.now(); !(await isSettled(account, device)); await delay(BETWEEN_LOOKS_MS)) {
    if (Date.now() - started < LONGEST_WAIT_MS) continue;
    const { status, reason, uploading } = await device.call("shown");
    throw new Error(`It shows ${status} ${reason ?? ""}${uploading ? ", and uploads" : ""}, and goes no further`);
  }
}

/** Enters every recovery key there is where keys wait for one. @param {Account} account @param {Device} device */
export async function unlock(account, device) {
  for (const recoveryKey of account.recoveryKeys) {
    const { locked } = await device.call("shown");
    if (locked === 0) return;
    if (device.entered.has(recoveryKey)) continue;
    device.entered.add(recoveryKey);
    await device.call("unlock", recoveryKey);
  }
}

/** Else something is done about it, if anything can be. @param {Account} account @param {Device} device */
async function isSettled(account, device) {
  const shown = await device.call("shown");
  const uploadsTo = await device.call("present");
  if (uploadsTo) account.know(uploadsTo);
  const backup = await account.backup();
  if (shown.reason === "reset-unfinished") await device.call("press", "Finish the reset");
  else if (!backup?.decryptionKey) await makeBackup(device);
  else if (uploadsTo?.version !== backup.version) await device.call("learn", asKey(backup));
  else if (shown.status === "failed") await device.call("press", "Try again");
  else if (canUnlock(account, device)) await unlock(account, device);
  else return shown.status === "complete" && !shown.uploading && (await hasUploaded(account, device, backup));
  return false;
}

/** @param {Account} account @param {Device} device */
function canUnlock({ recoveryKeys }, device) {
  const isAsked = (device.shown?.locked ?? 0) > 0 && isAtRest(device);
  return isAsked && [...recoveryKeys].some((key) => !device.entered.has(key));
}

/** @param {import("./account.mjs").Backup} backup */
function asKey({ version, decryptionKey }) {
  return { version, decryptionKey: decryptionKey ?? "" };
}

/** A reset broke off that nobody was asked about, and nobody has what it made: the human makes another. @param {Device} device */
async function makeBackup(device) {
  await delay(AT_REST_MS);
  const { status, reason } = await device.call("shown");
  const isMissing = status === "unavailable" || status === "failed" || reason === "decryption-key";
  if (isMissing && reason !== "reset-unfinished") await device.call("reset", "plain", "finish");
}

/** @param {Account} account @param {Device} device @param {{ count: number }} backup */
async function hasUploaded(account, device, { count }) {
  const sessions = await device.call("sessions");
  if (count < sessions.length) return false;
  const inBackup = await account.sessionsInBackup();
  return sessions.every((session) => inBackup.has(session));
}
