/** One run: a new device, struck as planned, until all is complete; then the verdict. */
import { HomeserverProxy } from "../support/homeserver-proxy.mjs";
import { resume, strike, tryAgain } from "./blows.mjs";
import { Device } from "./device.mjs";
import { Journal } from "./journal.mjs";
import { judge } from "./verdict.mjs";

/** @typedef {import("./accounts.mjs").Account} Account */
/** @typedef {import("./plan.mjs").Plan} Plan */
/** @typedef {{ homeserverUrl: string, pageUrl: string, accounts: import("./accounts.mjs").Accounts, chromium: import("./chromium.mjs").Chromium }} Setting */
/**
 * @typedef {object} Outcome
 * @property {string[]} faults none if the run held
 * @property {number} lost room keys that are not in the crypto store, though the run says it is complete
 * @property {number} doubleImports imports that began while another one was under way
 * @property {string[]} journal its latest lines
 */

/** About what a room key takes in the homeserver's answer. */
const BYTES_PER_KEY = 900;

/** @param {Setting} setting @param {Plan} plan @returns {Promise<Outcome>} */
export async function runPlan({ homeserverUrl, pageUrl, accounts, chromium }, plan) {
  const account = await accounts.ofSize(plan.size);
  const line = new HomeserverProxy(homeserverUrl);
  const parameters = { url: await line.listen(), ...(await accounts.newDevice(account)) };
  line.limit(plan.downloadSeconds && (plan.size.keys * BYTES_PER_KEY) / plan.downloadSeconds);
  const journal = new Journal(() => roomKeyRequests(line));
  const device = new Device(chromium, `${pageUrl}?${new URLSearchParams(parameters)}`, journal);
  try {
    const { faults, lost } = await outcomeOf(plan, { device, line, account });
    return { faults, lost, doubleImports: journal.doubleImports, journal: journal.latestLines() };
  } finally {
    await device.end();
    line.close();
  }
}

/** @param {Plan} plan @param {{ device: Device, line: HomeserverProxy, account: Account }} scene */
async function outcomeOf({ tabs, blows, size: { keys } }, { device, line, account }) {
  try {
    await openTabs(device, tabs);
    for (const blow of blows) await strike({ device, line, keys }, blow);
    await end(device);
    return await judge(device, account.sessions);
  } catch (error) {
    return { faults: [error instanceof Error ? error.message : String(error)], lost: 0 };
  }
}

/**
 * Who paused just when it was complete, or resumed just before a kill, finds it paused, and resumes; who finds that a worker died twice
 * at one place tries again.
 * @param {Device} device
 */
async function end(device) {
  const { journal } = device;
  const isEnded = () => journal.ended !== undefined;
  const isFoundPaused = () => journal.shows("paused") && (device.isPaused || journal.wasKilledAtResume);
  await journal.when(() => isEnded() || isFoundPaused(), "complete");
  if (isFoundPaused()) await resume(device);
  await journal.when(isEnded, "complete");
  if (journal.ended?.reason !== "worker-crashed" || journal.workerDeaths < 2) return;
  await tryAgain(device);
  await journal.when(() => journal.shows("complete"), "complete at another try");
}

/** One after the other: matrix-js-sdk cannot make its crypto store in two at once. @param {Device} device @param {number} tabs */
async function openTabs(device, tabs) {
  await device.openTab();
  for (let open = 1; open < tabs; open++) {
    await device.journal.when(() => device.journal.shown === open, "a tab that shows something");
    await device.openTab();
  }
}

/** How often the homeserver was asked for room keys so far, all of them or some. @param {HomeserverProxy} line */
function roomKeyRequests(line) {
  return line.requests().filter(({ path }) => path.includes("/room_keys/keys")).length;
}
