import { expect } from "@open-wc/testing";
import type * as LocatedPage from "../support/harness/located-page.js";
import { type HarnessPage, openHarness } from "../support/harness.js";
import { SyncScene, whenStatus } from "../support/sync-scene.js";

const WORKER = "/src/worker/key-backup.worker.js";
const CRYPTO_WASM = "/node_modules/@matrix-org/matrix-sdk-crypto-wasm";
const HTML = "/test/support/harness.html";

describe("A page that says where the worker's files are", () => {
  let scene: SyncScene;
  let page: HarnessPage<typeof LocatedPage>;

  before(async () => {
    scene = await SyncScene.open();
  });

  after(() => scene.close());

  afterEach(() => {
    page.exports.controller.close();
    page.remove();
  });

  async function start(locations: Readonly<Record<string, string>>) {
    const { homeserverUrl } = scene.host.account;
    const parameters = { homeserverUrl, decryptionKey: scene.backup.decryptionKey, ...locations };
    page = await openHarness<typeof LocatedPage>("/test/support/harness/located-page.ts", parameters);
    await page.exports.controller.start();
  }

  const imported = async () => (await whenStatus(page.exports.controller, "complete")).progress.imported;
  const failure = async () => (await whenStatus(page.exports.controller, "failed")).error.code;

  it("gets its keys by the worker and the WebAssembly there", async () => {
    await start({ workerUrl: `${WORKER}?moved`, wasmUrl: `${CRYPTO_WASM}/pkg/matrix_sdk_crypto_wasm_bg.wasm?moved` });
    expect(await imported()).to.equal(12);
    const loaded = page.window.performance.getEntriesByType("resource").map(({ name }) => name);
    expect(loaded.filter((name) => name.includes(WORKER))).to.deep.equal([`${location.origin}${WORKER}?moved`]);
  });

  it("is told in the console that the worker is not there", async () => {
    await start({ workerUrl: "/nowhere.js" });
    expect(await failure()).to.equal("worker-unavailable");
    expect(page.exports.complaints).to.have.length(1);
    expect(page.exports.complaints[0]).to.include("configure({ workerUrl })");
  });

  it("is told in the console that its server sends a page in place of the worker", async () => {
    await start({ workerUrl: HTML });
    expect(await failure()).to.equal("worker-unavailable");
    expect(page.exports.complaints[0]).to.include("not sent as JavaScript");
  });

  it("is told in the console that the WebAssembly is sent as something else, once for all tries", async () => {
    await start({ wasmUrl: HTML });
    expect(await failure()).to.equal("worker-unavailable");
    await page.exports.controller.start();
    await failure();
    expect(page.exports.complaints).to.have.length(1);
    expect(page.exports.complaints[0]).to.include("application/wasm");
  });
});
