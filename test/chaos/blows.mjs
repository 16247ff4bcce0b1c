/** How each thing is killed, and when. After a blow the device is as its owner has it: some tab of it is open, the line is up, nothing is paused. */
import { setTimeout as delay } from "node:timers/promises";

/** @typedef {import("./device.mjs").Device} Device */
/** @typedef {import("./device.mjs").Tab} Tab */
/** @typedef {import("./plan.mjs").Blow} Blow */
/** @typedef {import("./plan.mjs").Kind} Kind */
/** @typedef {import("./plan.mjs").Moment} Moment */
/** @typedef {{ device: Device, line: import("../support/homeserver-proxy.mjs").HomeserverProxy, keys: number }} Scene */

/** Long enough that a request meets it. */
const OUTAGE_MS = 300;

/** They kill nothing: no import begins again for them. @type {readonly Kind[]} */
const OF_THE_LINE = ["cut", "outage"];

/** @type {Record<Kind, (scene: Scene, tab: Tab) => unknown>} */
const BLOWS = {
  reload: ({ device }, tab) => device.reload(tab),
  close: ({ device }, tab) => device.close(tab),
  worker: async ({ device }, tab) => {
    device.journal.workerDeaths++;
    await device.ask(tab, () => globalThis.device?.terminateWorkers());
  },
  crash: ({ device }, tab) => device.crash(tab),
  sigkill: ({ device }) => device.killBrowser(),
  cut: ({ line }) => line.hangUp(),
  outage: async ({ line }) => {
    await line.unplug();
    await delay(OUTAGE_MS);
    await line.listen();
  },
};

/** @param {Scene} scene @param {Blow} blow */
export async function strike(scene, { kind, moment, delay: milliseconds, whilePaused, atHolder }) {
  const { device } = scene;
  await untilMoment(scene, moment);
  await delay(milliseconds);
  if (whilePaused) await pause(device);
  const tab = tabOf(device, atHolder);
  if (!OF_THE_LINE.includes(kind)) device.journal.kills++;
  device.journal.say(`--- ${kind} ${tab.name}`);
  await BLOWS[kind](scene, tab);
  if (device.tabs.length === 0) await device.openTab();
  if (device.isPaused) await resume(device);
}

/** @param {Scene} scene @param {Moment} moment */
async function untilMoment({ device: { journal }, keys }, moment) {
  if (moment.stage === "opening") return delay(moment.milliseconds);
  const count = moment.stage === "download" ? () => journal.downloaded : () => journal.imported;
  const goal = count() + moment.part * (keys - count());
  await journal.when(
    () => count() >= goal || journal.shows("paused") || journal.ended !== undefined,
    `${moment.stage} of ${Math.ceil(goal)}`,
  );
}

/** @param {Device} device @param {boolean} atHolder @returns {Tab} */
function tabOf({ tabs, journal }, atHolder) {
  const holder = tabs.find(({ name }) => name === journal.holder);
  const other = tabs.find(({ name }) => name !== journal.holder);
  return /** @type {Tab} */ ((atHolder ? holder : other) ?? tabs[0]);
}

/** By the person, in the tab that does the work, if there is something to pause. @param {Device} device */
async function pause(device) {
  const { journal, tabs } = device;
  const tab = tabs.find(({ name }) => name === journal.holder);
  if (tab === undefined || !(await device.ask(tab, press, "Pause"))) return;
  device.isPaused = true;
  await journal.when(() => journal.shows("paused") || journal.ended !== undefined, "paused");
}

/** By the person who paused it. It must have stayed paused, whatever died. @param {Device} device */
export async function resume(device) {
  const { journal, tabs } = device;
  await journal.when(() => journal.shows("paused") || journal.ended !== undefined, "still paused");
  if (!journal.shows("paused")) return;
  device.isPaused = false;
  journal.resumes();
  for (const tab of tabs) await device.ask(tab, press, "Resume");
}

/** By the person who finds that it failed. @param {Device} device */
export async function tryAgain(device) {
  for (const tab of device.tabs) if (await device.ask(tab, press, "Try again")) return;
}

/** In the page. @param {string} button */
function press(button) {
  return globalThis.device?.press(button) ?? false;
}
