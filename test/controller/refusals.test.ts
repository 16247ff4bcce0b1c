import { expect } from "@open-wc/testing";
import type { ErrorCode, NextMove } from "../../src/index.js";
import type { ScriptedAnswer } from "../support/scripted-homeserver.js";
import { KEYS_PATH, SyncScene, VERSION_PATH, versionAnswer, whenStatus } from "../support/sync-scene.js";

const HTML = { headers: { "content-type": "text/html" }, body: "<!doctype html><title>502 Bad Gateway</title>" };

describe("A homeserver that does not give the backup", () => {
  let scene: SyncScene;

  afterEach(() => scene.close());

  it("since there is none: says so", async () => {
    scene = await SyncScene.open({ version: () => ({ status: 404, json: { errcode: "M_NOT_FOUND" } }) });
    const controller = scene.controller();
    await controller.start();
    expect((await whenStatus(controller, "unavailable")).reason).to.equal("no-backup");
  });

  it("that anyone here can read: says so", async () => {
    scene = await SyncScene.open({ version: (it) => versionAnswer(it, { algorithm: "org.example.other" }) });
    const controller = scene.controller();
    await controller.start();
    expect((await whenStatus(controller, "unavailable")).reason).to.equal("unsupported-algorithm");
  });

  const waits: readonly (readonly [string, ScriptedAnswer, string])[] = [
    ["a fault of its own", { status: 500, json: { errcode: "M_UNKNOWN" } }, "homeserver-error"],
    ["an HTML error page of its proxy", { ...HTML, status: 502 }, "homeserver-error"],
    [
      "a request to slow down",
      { status: 429, json: { errcode: "M_LIMIT_EXCEEDED", retry_after_ms: 300 } },
      "rate-limited",
    ],
    ["a redirect to elsewhere", { status: 302, headers: { location: "https://example.invalid/" } }, "offline"],
  ];
  for (const [what, answer, reason] of waits) {
    for (const path of [VERSION_PATH, KEYS_PATH]) {
      it(`but ${what} (${path.split("/").at(-1)}): waits, then goes on by itself`, async () => {
        scene = await SyncScene.open(
          path === KEYS_PATH
            ? { answer: ({ response }) => [answer, { json: response }] }
            : { version: (it) => [answer, versionAnswer(it)] },
        );
        const controller = scene.controller();
        await controller.start();
        const waiting = await whenStatus(controller, "waiting");
        expect(waiting.reason).to.equal(reason);
        expect(waiting.retryAt).to.be.greaterThan(Date.now() - 1000);
        await whenStatus(controller, "complete");
        expect(scene.host.imported.size).to.equal(12);
      });
    }
  }

  it("waits as long as Retry-After says", async () => {
    const answer = { status: 429, headers: { "retry-after": "3600", "access-control-expose-headers": "Retry-After" } };
    scene = await SyncScene.open({ answer: () => answer });
    const controller = scene.controller();
    await controller.start();
    const { retryAt } = await whenStatus(controller, "waiting");
    expect(retryAt).to.be.greaterThan(Date.now() + 3_500_000);
  });

  it("since the access token is old: lets the client renew it, and tries again with the new one", async () => {
    scene = await SyncScene.open({
      answer: ({ response }) => [{ status: 401, json: { errcode: "M_UNKNOWN_TOKEN" } }, { json: response }],
    });
    scene.host.renewedToken = "token-2";
    const controller = scene.controller();
    await controller.start();
    await whenStatus(controller, "complete");
    const tokens = (await scene.homeserver.requested(KEYS_PATH)).map(({ authorization }) => authorization);
    expect(tokens).to.deep.equal(["Bearer token-1", "Bearer token-2"]);
  });

  const failures: readonly (readonly [string, ScriptedAnswer, ErrorCode, NextMove])[] = [
    ["logged out", { status: 401, json: {} }, "unauthorized", "log-in-again"],
    [
      "the backup was deleted",

      { status: 404, json: { errcode: "M_NOT_FOUND" } },
      "backup-replaced",
      "try-again",
    ],
    [
      "another version took its place",

      { status: 403, json: { errcode: "M_WRONG_ROOM_KEYS_VERSION" } },
      "backup-replaced",
      "try-again",
    ],
    ["an HTML page instead", { ...HTML }, "malformed-response", "tell-homeserver-admin"],
  ];
  for (const [what, answer, code, nextMove] of failures) {
    it(`${what}: ${code}`, async () => {
      scene = await SyncScene.open({ answer: () => answer });
      const controller = scene.controller();
      await controller.start();
      const { error } = await whenStatus(controller, "failed");
      expect([error.code, error.nextMove]).to.deep.equal([code, nextMove]);
    });
  }

  it("keeps what was safe before an answer that is none", async () => {
    scene = await SyncScene.open({
      answer: ({ response }) => {
        const text = JSON.stringify(response);
        const half = text.slice(0, Math.floor(text.length / 2));
        return [{ body: [{ send: half }, { until: "seen" }, { cut: true }] }, { ...HTML }, { json: response }];
      },
    });
    const controller = scene.controller();
    await controller.start();
    const { progress } = await whenStatus(controller, "downloading", (state) => state.progress.downloaded > 0);
    await scene.homeserver.release("seen");
    const failed = await whenStatus(controller, "failed");
    expect(failed.sync?.progress.downloaded).to.be.at.least(progress.downloaded);
    await controller.start();
    await whenStatus(controller, "complete");
    expect(scene.host.importedInAll).to.equal(12);
  });
});
