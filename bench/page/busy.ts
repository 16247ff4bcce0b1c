/**
 * An app that is busy by itself: it moves something and lays out a list anew in every frame, and somebody types into it. It watches its
 * frames and its keys, for some time alone and for as long beside our run, in turns.
 */
import type { MatrixClient } from "matrix-js-sdk";
import type { KeyBackupSyncController } from "../../src/index.js";
import { type Account, logInQuietly } from "./client.js";
import { ourController } from "./our-controller.js";

const ROWS = 200;
const TURNS = 3;
/** Milliseconds. */
const ALONE = 3000;
/** Milliseconds, or less when the run is complete before. */
const BESIDE = 4000;

/** Milliseconds. */
export interface Observed {
  /** When the browser began each frame, for each time that was observed without a break. */
  readonly stretches: number[][];
  /** From a press of a key until the app hears of it. */
  readonly inputDelays: number[];
}

interface BusyApp {
  prepare(account: Account): Promise<void>;
  run(): Promise<{ without: Observed; beside: Observed }>;
}

declare global {
  var busyApp: BusyApp;
}

let client: MatrixClient;
let observed: Observed | null = null;
const rows: HTMLElement[] = [];

globalThis.busyApp = {
  async prepare(account) {
    client = await logInQuietly(account);
    rows.push(...Array.from({ length: ROWS }, addRow));
    document.querySelector("textarea")?.addEventListener("keydown", (event) => {
      observed?.inputDelays.push(performance.now() - event.timeStamp);
    });
    document.querySelector("textarea")?.focus();
    requestAnimationFrame(draw);
  },
  async run() {
    const [without, beside] = [observer(), observer()];
    const controller = ourController(client);
    await observe(without, sleep(ALONE));
    for (let turn = 0; turn < TURNS && controller.state.status !== "complete"; turn++) {
      await observe(beside, besideRun(controller));
      await observe(without, sleep(ALONE));
    }
    controller.close();
    return { without, beside };
  },
};

async function besideRun(controller: KeyBackupSyncController): Promise<void> {
  const ended = whenEnded(controller);
  await (controller.state.status === "paused" ? controller.resume() : controller.start());
  await Promise.race([ended, sleep(BESIDE)]);
  await controller.pause();
}

function whenEnded(controller: KeyBackupSyncController): Promise<void> {
  return new Promise((resolve, reject) => {
    controller.addEventListener("statechange", () => {
      if (controller.state.status === "complete") resolve();
      if (controller.state.status === "failed") reject(controller.state.error);
    });
  });
}

async function observe(into: Observed, time: Promise<void>): Promise<void> {
  into.stretches.push([]);
  observed = into;
  await time;
  observed = null;
}

function draw(time: number): void {
  observed?.stretches.at(-1)?.push(time);
  const dot = document.querySelector<HTMLElement>(".dot");
  if (dot) dot.style.transform = `translateX(${(time / 5) % 600}px)`;
  for (const [at, row] of rows.entries()) row.textContent = String(Math.round(time + at) % 1000);
  requestAnimationFrame(draw);
}

function addRow(): HTMLElement {
  const row = document.createElement("div");
  row.className = "row";
  document.querySelector(".rows")?.append(row);
  return row;
}

const observer = (): Observed => ({ stretches: [], inputDelays: [] });

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
