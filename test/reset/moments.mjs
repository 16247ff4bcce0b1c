/** When an act is due. It knows what a device tells and asks the homeserver for, and not what happens then. */
import { setTimeout as delay } from "node:timers/promises";
import { Held } from "./held.mjs";

/** @typedef {import("./device.mjs").Device} Device */
/** @typedef {import("./plan.mjs").Moment} Moment */
/** @typedef {import("../support/homeserver-proxy.js").ProxiedRequest} ProxiedRequest */
/** `release`: what is held goes on, or is lost. @typedef {{ reached: Promise<void>, release: (fate: "go-on" | "drop") => void }} Due */

/** Of an upload of all keys of an account. */
const UPLOAD_REQUESTS = 3;
/** A device that shows nothing new for so long has no more to do, and the moment does not come. */
const AT_REST_MS = 700;
const BETWEEN_LOOKS_MS = 50;
/** As one that uploads to a backup of which it has not heard yet that it was replaced. */
const LONGEST_UNREST_MS = 10_000;

/** @type {(request: ProxiedRequest) => boolean} */
const isUpload = ({ method, path }) => method === "PUT" && path.endsWith("/room_keys/keys");
/** @type {Record<number, (request: ProxiedRequest) => boolean>} */
const OF_RESET = {
  0: ({ method, path }) => method === "DELETE" && path.includes("/room_keys/version/"),
  1: ({ method, path }) => method === "POST" && path.endsWith("/room_keys/version"),
};

/** To be called before that of which it is a moment begins. @param {Device} device @param {Moment} moment @returns {Due} */
export function whenDue(device, moment) {
  if (moment.stage === "reset" || moment.stage === "upload") return whenHeld(device, moment);
  return { reached: reached(device, moment), release: () => {} };
}

/** @param {Device} device @param {Moment} moment @returns {Due} */
function whenHeld(device, { stage, part, phase }) {
  // Of the new backup two times in three.
  const test = stage === "upload" ? isUpload : OF_RESET[Math.min(1, Math.floor(part * 3))];
  const number = stage === "upload" ? Math.floor(part * UPLOAD_REQUESTS) : 0;
  const held = new Held(device.line, test ?? isUpload, number, phase, () => {
    device.say(`held at ${stage}, ${phase}`);
    device.look();
  });
  const comes = device.when(() => held.isReached);
  return {
    reached: Promise.race([comes, untilAtRest(device, () => held.isReached)]).then(() => {}),
    release: (fate) => held.release(fate),
  };
}

/** @param {Device} device @param {Moment} moment */
async function reached(device, { stage, part, delay: milliseconds }) {
  if (stage === "opening") return delay(milliseconds);
  if (stage === "rest") return untilAtRest(device, () => false);
  const shown = () => device.shown;
  const isReached =
    stage === "download"
      ? () => shown()?.status !== "checking" && (shown()?.downloaded ?? 0) > part * (shown()?.total ?? 0)
      : () => isWhole(device) && device.given >= part * (shown()?.total ?? 0);
  await Promise.race([device.when(isReached), untilAtRest(device, isReached)]);
  await delay(milliseconds);
}

/** All that there is to download is here. @param {Device} device */
function isWhole({ shown }) {
  return shown?.status === "importing" || shown?.status === "complete";
}

/** @param {Device} device @param {() => boolean} isOver */
async function untilAtRest(device, isOver) {
  let last = device.shown;
  const deadline = Date.now() + LONGEST_UNREST_MS;
  for (let since = Date.now(); !isOver() && Date.now() < deadline; await delay(BETWEEN_LOOKS_MS)) {
    if (device.shown !== last || !isAtRest(device)) since = Date.now();
    last = device.shown;
    if (Date.now() - since > AT_REST_MS) return;
  }
}

/** @param {Device} device */
export function isAtRest({ shown, isSignedIn }) {
  if (!isSignedIn) return true;
  if (!shown || shown.uploading) return false;
  return ["complete", "unavailable", "failed", "paused"].includes(shown.status) || shown.reason === "decryption-key";
}
