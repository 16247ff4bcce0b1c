/** An account, its devices, and what is done to them as planned. What must be true at the end is the verdict's. */
import { setTimeout as delay } from "node:timers/promises";
import { Account, PRESENT, REPLACING } from "./account.mjs";
import { Device } from "./device.mjs";
import { whenDue } from "./moments.mjs";
import { finishReset, unlock, whenSettled } from "./settle.mjs";

/** @typedef {import("./moments.mjs").Due} Due */
/** @typedef {import("./plan.mjs").Act} Act */
/** @typedef {import("./plan.mjs").DeviceKind} DeviceKind */
/** @typedef {import("./plan.mjs").Plan} Plan */
/** @typedef {import("./resets.mjs").Setting} Setting */
/** @template {Act["does"]} Name @typedef {Extract<Act, { does: Name }>} ActOf */

/** Seconds: so long that there is a midst. */
const DOWNLOAD_SECONDS = 0.6;
/** About what a room key takes in the homeserver's answer. */
const BYTES_PER_KEY = 900;
const MESSAGES = Array.from({ length: 6 }, (_, at) => `Message ${at}, with a room key of its own`);
const BETWEEN_LOOKS_MS = 100;
const MOST_LOOKS = 300;

export class Scene {
  plan;
  account;
  /** The new device; and the one elsewhere, where the plan needs one. @type {readonly [Device, Device?]} */
  devices;
  #setting;
  /** Where the messages are. */
  #roomId = "";
  /** A reset that goes on, of the new device. */
  #pending = Promise.resolve();

  /** @param {Setting} setting @param {Plan} plan @param {Account} account */
  constructor(setting, plan, account) {
    this.plan = plan;
    this.account = account;
    this.#setting = setting;
    const device = new Device(setting, account, "device");
    this.devices = needsOther(plan) ? [device, new Device(setting, account, "other ")] : [device];
  }

  /** @param {Setting} setting @param {Plan} plan @param {string} name of the account */
  static async open(setting, plan, name) {
    const account = await Account.make(setting, name, plan.older);
    const scene = new Scene(setting, plan, account);
    if (plan.hasMessages) await scene.#say();
    return scene;
  }

  get signedIn() {
    return this.devices.flatMap((device) => (device?.isSignedIn ? [device] : []));
  }

  latestLines() {
    const lines = this.devices.flatMap((device) => device?.latestLines() ?? []);
    return lines.sort((a, b) => Number.parseFloat(a) - Number.parseFloat(b));
  }

  async play() {
    const [device, other] = this.devices;
    const { acts, devices, guard, uploadDelay } = this.plan;
    if (other) await this.#openOther(other);
    const bytesPerSecond = (PRESENT.keys * BYTES_PER_KEY) / DOWNLOAD_SECONDS;
    let due = this.#arm(0);
    await device.open({ kind: devices[0], guard, uploadDelay, syncs: true, bytesPerSecond });
    // A reset takes the place of what the secret storage holds.
    if (this.plan.older === "stored") await this.#unlockOlder(device);
    for (const [at, act] of acts.entries()) {
      await due?.reached;
      due = await this.#perform(act, due, () => this.#arm(at + 1));
    }
    due?.release("go-on");
    await this.#pending;
    await whenSettled(this);
  }

  /** What a new device reads that has no keys but those of the backup. @returns {Promise<string[]>} none if it reads all of them */
  async faultsOfReading() {
    if (!this.plan.hasMessages) return [];
    const reader = await this.#openClient("reader");
    const messages = await reader.call("read", this.#roomId, MESSAGES.length);
    await reader.end();
    return JSON.stringify(messages) === JSON.stringify(MESSAGES) ? [] : ["the messages are not what was sent"];
  }

  async end() {
    for (const device of this.devices) await device?.end();
  }

  /** A first device sends real messages, and backs up their keys; then it is gone, and can give them to nobody. */
  async #say() {
    const writer = await this.#openClient("writer");
    this.#roomId = await writer.call("say", MESSAGES);
    const keys = PRESENT.keys + MESSAGES.length;
    const isBackedUp = async () => (await this.account.backup())?.count === keys;
    for (let looks = 0; looks < MOST_LOOKS && !(await isBackedUp()); looks++) await delay(BETWEEN_LOOKS_MS);
    await writer.end();
    await this.account.rememberBackup();
  }

  /** @param {string} name */
  async #openClient(name) {
    const device = new Device(this.#setting, this.account, name);
    const kind = /** @type {const} */ ({ adapter: "matrix-client", sdk: "newest" });
    await device.open({ kind, guard: "none", uploadDelay: 0, syncs: false, bytesPerSecond: null });
    return device;
  }

  /** @param {number} at of the act @returns {Due | undefined} */
  #arm(at) {
    const act = this.plan.acts[at];
    return act && whenDue(this.devices[0], act.at);
  }

  /** It has every room key before anything happens. @param {Device} other */
  async #openOther(other) {
    await other.open({ kind: this.plan.devices[1], guard: "none", uploadDelay: 0, syncs: true, bytesPerSecond: null });
    if (this.plan.older !== "none") await this.#unlockOlder(other);
    await whenSettled(this, [other]);
  }

  /** As soon as it is asked for. @param {Device} device */
  async #unlockOlder(device) {
    await device.when(() => (device.shown?.locked ?? 0) > 0);
    await unlock(this.account, device);
  }

  /** @param {Act} act @param {Due | undefined} due @param {() => Due | undefined} armNext */
  async #perform(act, due, armNext) {
    const device = this.devices[act.does === "reset" || act.does === "sign-out" ? act.device : 0];
    const isOwn = device === this.devices[0];
    device?.say(`--- ${act.does}`);
    if (isOwn && act.does !== "kill") due?.release("go-on");
    if (!device?.isSignedIn) return armNext();
    if (act.does === "kill") return this.#kill(act, due, armNext);
    if (isOwn && act.does !== "replace") await this.#pending;
    const next = armNext();
    if (act.does === "replace") await this.#replace();
    else if (act.does === "sign-out") await this.#signOut(act, device);
    else if (isOwn) await this.#resetHere(act, device, next);
    else await this.#resetElsewhere(act, device);
    due?.release("go-on");
    return next;
  }

  /** @param {ActOf<"kill">} act @param {Due | undefined} due @param {() => Due | undefined} armNext */
  async #kill({ kind, at }, due, armNext) {
    const [device] = this.devices;
    await device.kill(kind);
    due?.release("drop");
    await this.#pending;
    const next = armNext();
    await device.reopen();
    if (at.stage === "reset") await finishReset(device);
    return next;
  }

  /** Until it has ended, or the next moment is there. @param {ActOf<"reset">} act @param {Device} device @param {Due | undefined} next */
  async #resetHere({ way, answer }, device, next) {
    const { account } = this;
    if (answer === "lose") account.allowance += lossesShown(device);
    this.#pending = (async () => {
      // It rejects when the page is killed.
      const outcome = await device.call("reset", way, answer).catch(() => "killed");
      if (outcome === "done") await this.#writeDown(device).catch(() => {});
    })();
    await Promise.race([this.#pending, next?.reached ?? this.#pending]);
  }

  /** @param {ActOf<"reset">} act @param {Device} other */
  async #resetElsewhere({ way, answer, isTold }, other) {
    const outcome = await other.call("reset", way, answer);
    if (outcome !== "done") throw new Error(`The reset elsewhere ended with ${outcome}`);
    await this.#writeDown(other);
    if (isTold) await this.#tell(this.devices[0]);
  }

  /** The human writes the recovery key down that a reset made. @param {Device} device */
  async #writeDown(device) {
    // The oldest matrix-js-sdk looks for the new backup only when the reset is done.
    for (let looks = 0; looks < MOST_LOOKS; looks++) {
      const [made, backup] = [await device.call("present"), await this.account.backup()];
      if (made && made.version === backup?.version) return this.account.know(made);
      await delay(BETWEEN_LOOKS_MS);
    }
  }

  async #replace() {
    const [device, other] = this.devices;
    await this.account.addVersion(REPLACING);
    await this.#tell(device);
    if (!other?.isSignedIn) return;
    await this.#tell(other);
    await whenSettled(this, [other]);
  }

  /** @param {Device} device */
  async #tell(device) {
    // It may not be there any more.
    if (device.isSignedIn) await device.call("learn", this.account.present).catch(() => {});
  }

  /** @param {ActOf<"sign-out">} act @param {Device} device */
  async #signOut({ answer }, device) {
    if (answer === "lose") await this.#forgive(device);
    if (answer === "finish") await unlock(this.account, device);
    const isGone = await device.call("signOut", answer);
    device.isSignedIn = !isGone && (answer !== "finish" || !(await this.#signOutLater(device)));
    if (!device.isSignedIn) await device.end();
  }

  /** Something could not be finished: the human enters the recovery keys, waits, and tries again. @param {Device} device */
  async #signOutLater(device) {
    await whenSettled(this, [device]);
    if (await device.call("signOut", "finish")) return true;
    throw new Error("It cannot be signed out without a loss");
  }

  /** What is nowhere but on this device. @param {Device} leaving */
  async #forgive(leaving) {
    const { account } = this;
    const kept = await account.sessionsInBackup();
    for (const device of this.signedIn)
      if (device !== leaving) for (const session of await device.call("sessions")) kept.add(session);
    for (const session of account.origins.keys()) if (!kept.has(session)) account.forgiven.add(session);
  }
}

/** What the human is told that it costs, as far as it is of the present backup. @param {Device} device */
function lossesShown({ shown }) {
  return shown ? shown.total - shown.downloaded : PRESENT.keys;
}

/** For what the human asks for there, and where a reset without a question would lose keys that no other device has. @param {Plan} plan */
function needsOther({ acts, guard, older }) {
  const isThere = acts.some((act) => (act.does === "reset" || act.does === "sign-out") && act.device === 1);
  if (isThere || guard !== "none") return isThere;
  const isReset = acts.some(({ does }) => does === "reset");
  const isMore = older !== "none" || acts.some(({ does }) => does === "replace");
  return isReset && (isMore || acts.some(({ does, at }) => does === "reset" && /^(opening|download)$/.test(at.stage)));
}
