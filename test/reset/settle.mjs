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

/** Else something is done about it, if anything can be. @param {Account} account @param {Device} device */
async function isSettled(account, device) {
  const shown = await device.call("shown");
  const backup = await account.backup();
  const uploadsTo = await device.call("present");
  if (uploadsTo && uploadsTo.version === backup?.version) account.know(uploadsTo);
  if (shown.reason === "reset-unfinished") await device.call("press", "Finish the reset");
  else if (shown.status === "failed") await device.call("press", "Try again");
  else if (!backup || !account.decryptionKeys.has(backup.version)) await makeBackup(device);
  else if (uploadsTo?.version !== backup.version) await learn(account, device, backup.version);
  else return shown.status === "complete" && !shown.uploading && (await hasUploaded(account, device, backup));
  return false;
}

/** A reset broke off that nobody was asked about, and nobody has what it made: the human makes another. @param {Device} device */
async function makeBackup(device) {
  await delay(AT_REST_MS);
  const { status, reason } = await device.call("shown");
  if (status === "unavailable" && reason !== "reset-unfinished") await device.call("reset", "plain", "finish");
}

/** @param {Account} account @param {Device} device @param {string} version */
async function learn(account, device, version) {
  const decryptionKey = account.decryptionKeys.get(version) ?? "";
  await device.call("learn", { version, decryptionKey });
}

/** @param {Account} account @param {Device} device @param {{ count: number }} backup */
async function hasUploaded(account, device, { count }) {
  const sessions = await device.call("sessions");
  if (count < sessions.length) return false;
  const inBackup = await account.sessionsInBackup();
  return sessions.every((session) => inBackup.has(session));
}
