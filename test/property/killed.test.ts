/** A page that dies at any step, again and again, and what the next one makes of what it left. */
import { expect } from "@open-wc/testing";
import { type Progress, syncOf } from "../../src/index.js";
import { failedCount, spooledCount } from "../../src/state.js";
import type { KeyBackup } from "../support/room-keys.mjs";
import type { ScriptedAnswer } from "../support/scripted-homeserver.js";
import { fc } from "../support/seeded.js";
import {
  cutAnswer,
  KEYS_PATH,
  roomRoutes,
  SyncScene,
  VERSION_PATH,
  versionAnswer,
  whenStatus,
} from "../support/sync-scene.js";

const KEYS = 120;
const RUNS = 8;

type AnswerKind = "whole" | "slow" | "cut";

/** How the homeserver answers each page, and after how many steps that page dies: states, requests and imports. */
const life = fc.record({
  steps: fc.integer({ min: 1, max: 14 }),
  kind: fc.constantFrom<AnswerKind>("whole", "slow", "cut"),
});
const lives = fc.array(life, { minLength: 1, maxLength: 4 });

function answerOf(kind: AnswerKind, backup: KeyBackup): ScriptedAnswer {
  if (kind === "whole") return { json: backup.response };
  if (kind === "cut") return cutAnswer(backup, 0.7, { wait: 100 }, { cut: true });
  const text = JSON.stringify(backup.response);
  const third = Math.ceil(text.length / 3);
  return { body: [0, 1, 2].flatMap((at) => [{ send: text.slice(at * third, (at + 1) * third) }, { wait: 100 }]) };
}

/** The counts can be true, no key is taken for a bad one, and nothing that was imported is lost again. */
function expectToAddUp(progress: Progress, before: Progress | null): void {
  expect(spooledCount(progress), "spooled").to.be.at.least(0);
  expect(progress.total, "total").to.equal(KEYS);
  expect(failedCount(progress), "failed").to.equal(0);
  expect(progress.imported, "imported").to.be.at.least(before?.imported ?? 0);
}

/** Pages of one device, one after the other. */
class Lives {
  readonly #scene: SyncScene;
  readonly faults: unknown[] = [];
  last: Progress | null = null;

  constructor(scene: SyncScene) {
    this.#scene = scene;
  }

  /** Resolves when the page is dead, or has come to the end before. */
  async live(steps: number, kind: AnswerKind): Promise<void> {
    const { homeserver, host, backup } = this.#scene;
    await homeserver.script({
      ...roomRoutes(backup),
      [VERSION_PATH]: versionAnswer(backup),
      [KEYS_PATH]: answerOf(kind, backup),
    });
    const controller = this.#scene.controller();
    let left = steps;
    const died = new Promise<void>((resolve) => {
      const step = () => {
        if (--left > 0) return;
        controller.close();
        resolve();
      };
      host.beforeToken = step;
      host.beforeImport = () => {
        step();
        return 0;
      };
      controller.addEventListener("statechange", () => {
        this.#look(syncOf(controller.state)?.progress);
        if (controller.state.status === "waiting") queueMicrotask(() => dispatchEvent(new Event("online")));
        step();
      });
    });
    await controller.autoStart();
    await Promise.race([died, whenStatus(controller, "complete")]);
    controller.close();
  }

  #look(progress: Progress | undefined): void {
    if (!progress) return;
    try {
      expectToAddUp(progress, this.last);
    } catch (fault) {
      this.faults.push(fault);
    }
    this.last = progress;
  }
}

describe("A page that dies at any step", () => {
  it("leaves what the next one brings to its end, with every key", async function () {
    // Each page has a worker to start, and some wait for their homeserver.
    this.timeout(240_000);
    await fc.assert(
      fc.asyncProperty(lives, async (all) => {
        const scene = await SyncScene.open({ keys: KEYS });
        try {
          scene.host.knownRooms = Object.keys(scene.backup.response.rooms);
          const pages = new Lives(scene);
          for (const { steps, kind } of all) await pages.live(steps, kind);
          await pages.live(Infinity, "whole");
          expect(pages.faults).to.deep.equal([]);
          expect(scene.host.imported.size).to.equal(KEYS);
          expect([pages.last?.total, pages.last?.imported]).to.deep.equal([KEYS, KEYS]);
        } finally {
          await scene.close();
        }
      }),
      // Shrinking it would take longer than a test may.
      { numRuns: RUNS, endOnFailure: true },
    );
  });
});
