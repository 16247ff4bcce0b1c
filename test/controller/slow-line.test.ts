import * as wasm from "@matrix-org/matrix-sdk-crypto-wasm";
import { expect } from "@open-wc/testing";
import { fromOlmMachine } from "../../src/from-olm-machine.js";
import { KeyBackupSyncController, syncOf } from "../../src/index.js";
import type { HostOnTrial } from "../contract/host.contract.js";
import { openOlmMachine } from "../contract/olm-machine-on-trial.js";
import { type KeyBackup, makeKeyBackup } from "../support/room-keys.mjs";
import { type ScriptedHomeserver, scriptedHomeserver } from "../support/scripted-homeserver.js";
import { slowAnswer, timeOf } from "../support/slow-line.js";
import { stubWorkers } from "../support/stubbed-worker.js";
import { KEYS_PATH, VERSION_PATH, versionAnswer } from "../support/sync-scene.js";
import { until } from "../support/until.js";

/** The answer takes 10 s on this line: far longer than any test presses a button after its beginning. */
const KEYS = 800;
const BYTES_PER_SECOND = 75_000;
/** Milliseconds until a press is answered. */
const LIMIT = 500;

const NO_FILES = "if (navigator.storage) navigator.storage.getDirectory = undefined;";

type Moment = (controller: KeyBackupSyncController) => boolean;

const inMidDownload: Moment = ({ state }) => (syncOf(state)?.progress.downloaded ?? 0) > 100;
/** The import goes on beside the download by then. */
const inMidImport: Moment = ({ state }) => (syncOf(state)?.progress.imported ?? 0) > 0;

describe("On a slow line", function () {
  // Beside other browsers a press may be answered late by chance. A run that waits for the rest of the answer is late each time.
  this.retries(2);
  let backup: KeyBackup;
  let homeserver: ScriptedHomeserver;
  let client: HostOnTrial;
  let controller: KeyBackupSyncController;

  before(async () => {
    backup = await makeKeyBackup({ keys: KEYS, rooms: 20 });
  });

  beforeEach(async () => {
    homeserver = await scriptedHomeserver({
      [VERSION_PATH]: versionAnswer(backup),
      [KEYS_PATH]: slowAnswer(backup, BYTES_PER_SECOND),
    });
    client = await openOlmMachine(homeserver, wasm, fromOlmMachine);
    await client.learnDecryptionKey(backup);
  });

  afterEach(async () => {
    controller.close();
    await client.close();
    await homeserver.close();
  });

  async function runUntil(moment: Moment): Promise<void> {
    controller = new KeyBackupSyncController(client.host);
    await controller.start();
    await until(() => moment(controller), "the run gets there");
    expect(controller.state.status).to.equal("downloading");
  }

  async function whenRequestEnded(): Promise<void> {
    for (;;) {
      const requests = (await homeserver.requests()).filter(({ path }) => path === KEYS_PATH);
      if (requests.every(({ outcome }) => outcome === "aborted")) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  const moments = Object.entries({ "mid-download": inMidDownload, "mid-import": inMidImport });
  for (const [name, moment] of moments) {
    describe(`in ${name}`, () => {
      it("a pause is answered at once, and what came until then is kept", async () => {
        await runUntil(moment);
        const time = await timeOf(() => controller.pause());
        expect(time).to.be.at.most(LIMIT);
        expect(controller.state.status).to.equal("paused");
        expect(syncOf(controller.state)?.progress.downloaded).to.be.within(100, KEYS - 1);
        await whenRequestEnded();
      });

      it("a stop is answered at once, and ends the request", async () => {
        await runUntil(moment);
        const time = await timeOf(() => controller.stop());
        expect(time).to.be.at.most(LIMIT);
        expect(controller.state.status).to.equal("idle");
        await whenRequestEnded();
      });

      it("erase(), as before signing out, is answered at once, and ends the request", async () => {
        await runUntil(moment);
        const time = await timeOf(() => controller.erase());
        expect(time).to.be.at.most(LIMIT);
        await whenRequestEnded();
      });

      it("close() ends the request at once", async () => {
        await runUntil(moment);
        controller.close();
        const time = await timeOf(whenRequestEnded);
        expect(time).to.be.at.most(LIMIT);
      });
    });
  }

  it("a pause is answered at once where the browser has no files of the origin", async () => {
    const restore = stubWorkers(NO_FILES);
    try {
      await runUntil(inMidDownload);
    } finally {
      restore();
    }
    const time = await timeOf(() => controller.pause());
    expect(time).to.be.at.most(LIMIT);
    expect(controller.state.status).to.equal("paused");
  });
});
