import { expect } from "@open-wc/testing";
import { isWebKit } from "../hostile/engine.js";
import { stubWorkers } from "../support/stubbed-worker.js";
import { KEYS_PATH, SyncScene, whenStatus } from "../support/sync-scene.js";
import { terminateWorkers } from "../support/terminable-workers.js";
import { until } from "../support/until.js";

/** Fails at the third batch that it is asked for, and lives on. */
const FAULTY = `
  let batches = 0;
  self.addEventListener("message", ({ data }) => {
    if (data.name === "nextBatch" && ++batches === 3) throw new Error("A fault of the test's own");
  });
`;

/** Answers once that it crashed, as for a fault that nobody foresaw, and lives on. */
const WRONG_ONCE = `
  const post = self.postMessage.bind(self);
  let batches = 0;
  self.postMessage = (message) => {
    const isWrong = message.type === "result" && message.value?.kind === "batch" && ++batches === 2;
    post(isWrong ? { type: "error", id: message.id, code: "worker-crashed", retryAfterMs: null } : message);
  };
`;

/** Is in the midst of a transaction, for 2 s, when it is asked to end. */
const BUSY = `
  const begin = IDBDatabase.prototype.transaction;
  let database = null;
  IDBDatabase.prototype.transaction = function (...options) {
    database = this;
    return begin.apply(this, options);
  };
  self.addEventListener("message", ({ data }) => {
    if (data.type !== "end") return;
    begin.call(database, [...database.objectStoreNames], "readwrite").objectStore("choice").count();
    for (const start = performance.now(); performance.now() - start < 2000; );
  });
`;

/** Of workers that the page makes from now on. */
function keepErrorsFromTheRunner(): void {
  globalThis.Worker = class extends Worker {
    constructor(...options: ConstructorParameters<typeof Worker>) {
      super(...options);
      this.addEventListener("error", (event) => event.preventDefault());
    }
  };
}

async function livingWorkers(): Promise<number> {
  const { held } = await navigator.locks.query();
  return held?.filter(({ name }) => name?.startsWith("key-backup-sync:worker:")).length ?? 0;
}

describe("A worker that fails", () => {
  let scene: SyncScene;
  let restore = () => {};

  async function openWith(script: string): Promise<void> {
    await until(async () => (await livingWorkers()) === 0);
    restore = stubWorkers(script);
    keepErrorsFromTheRunner();
    scene = await SyncScene.open({ keys: 600 });
  }

  afterEach(async () => {
    restore();
    await scene.close();
  });

  it("and lives on is ended before another takes its place", async () => {
    await openWith(FAULTY);
    let most = 0;
    scene.host.beforeImport = async () => {
      most = Math.max(most, await livingWorkers());
      return 0;
    };
    const controller = scene.controller();
    await controller.start();
    await whenStatus(controller, "complete");
    expect(scene.host.imported.size).to.equal(600);
    expect(most).to.equal(1);
  });

  it("costs no key when somebody asks meanwhile what a reset would cost, and is told the truth", async () => {
    await openWith(FAULTY);
    const controller = scene.controller();
    await controller.start();
    const kinds = new Set<string>();
    const isAllImported = () => scene.host.imported.size === 600;
    while (controller.state.status !== "complete") {
      const { kind } = await controller.assessReset();
      if (!isAllImported()) kinds.add(kind);
    }
    expect(isAllImported()).to.equal(true);
    expect(kinds).to.include("at-risk").and.not.include("none");
  });

  it("in one call is asked again, and not waited for", async () => {
    await openWith(WRONG_ONCE);
    const controller = scene.controller();
    await controller.start();
    await whenStatus(controller, "complete");
    expect(scene.host.imported.size).to.equal(600);
  });
});

describe("A controller that was closed", () => {
  it("makes no worker that nobody would end", async () => {
    const scene = await SyncScene.open();
    const controller = scene.controller();
    controller.close();
    const answer = await controller.assessReset().catch((cause: Error) => cause.name);
    expect(answer).to.equal("AbortError");
    expect(await controller.rescueCopy(null).catch((cause: Error) => cause.name)).to.equal("AbortError");
    await scene.close();
  });
});

describe("A worker that is slow to let go", () => {
  let scene: SyncScene;
  let restore = () => {};

  afterEach(async () => {
    restore();
    await scene?.close();
  });

  it("is not ended in the midst of a transaction, which WebKit would keep open for good", async () => {
    restore = stubWorkers(BUSY);
    scene = await SyncScene.open();
    const first = scene.controller();
    await first.start();
    await whenStatus(first, "complete");
    first.close();
    restore();
    // Longer than the transaction needs, and than a busy worker was once given.
    await new Promise((resolve) => setTimeout(resolve, 2500));
    const second = scene.controller();
    await second.start();
    await whenStatus(second, "complete");
  });
});

describe("A worker that dies without a word", () => {
  let scene: SyncScene;

  afterEach(() => scene?.close());

  it("in the import costs no key, and no download", async function () {
    if (isWebKit) this.skip();
    scene = await SyncScene.open();
    let deaths = 0;
    scene.host.beforeImport = () => {
      if (deaths++ === 0) terminateWorkers();
      return 0;
    };
    const controller = scene.controller();
    await controller.start();
    const { progress } = await whenStatus(controller, "complete");
    expect(progress.imported).to.equal(12);
    expect(scene.host.imported.size).to.equal(12);
    expect(await scene.requestsFor(KEYS_PATH)).to.equal(1);
  });

  it("in the download costs no key", async () => {
    scene = await SyncScene.open({
      answer: ({ response }) => {
        const text = JSON.stringify(response);
        const middle = Math.floor(text.length / 2);
        return [{ body: [{ send: text.slice(0, middle) }, { until: "never" }] }, { json: response }];
      },
    });
    const controller = scene.controller();
    await controller.start();
    await whenStatus(controller, "downloading", ({ progress }) => progress.downloaded > 0);
    const shown: string[] = [];
    controller.addEventListener("statechange", () => shown.push(controller.state.status));
    terminateWorkers();
    await whenStatus(controller, "complete");
    expect(scene.host.imported.size).to.equal(12);
    expect(shown[0], "what is shown first").to.equal("checking");
  });

  it("again and again, but further each time, costs no key", async function () {
    if (isWebKit) this.skip();
    scene = await SyncScene.open({ keys: 60 });
    let imports = 0;
    scene.host.beforeImport = () => {
      if (++imports % 2 === 0) terminateWorkers();
      return 0;
    };
    const controller = scene.controller();
    await controller.start();
    await whenStatus(controller, "complete");
    expect(scene.host.imported.size).to.equal(60);
    expect(imports).to.be.at.least(4);
  });

  it("again and again at the same place ends in a fault that can be tried again", async function () {
    if (isWebKit) this.skip();
    scene = await SyncScene.open();
    let isDeadly = true;
    scene.host.beforeImport = () => {
      if (isDeadly) terminateWorkers();
      return 0;
    };
    const controller = scene.controller();
    await controller.start();
    const { error } = await whenStatus(controller, "failed");
    expect(error.code).to.equal("worker-crashed");
    expect(error.nextMove).to.equal("try-again");
    isDeadly = false;
    await controller.start();
    await whenStatus(controller, "complete");
    expect(scene.host.imported.size).to.equal(12);
  });
});
