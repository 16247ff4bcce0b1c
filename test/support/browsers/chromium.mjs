/** Chromium for the test runner. */
import { chromeLauncher } from "@web/test-runner-chrome";
import { executableOf } from "./installed.mjs";

/** It runs as root, without a GPU, and must talk to no one but the tests. */
const ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-quic",
];

export function chromium() {
  const launcher = chromeLauncher({
    launchOptions: { executablePath: executableOf("chromium"), args: ARGS },
    createBrowserContext: async ({ browser, config }) => {
      const context = browser.defaultBrowserContext();
      const { origin } = new URL(`${config.protocol}//${config.hostname}:${config.port}`);
      // Else navigator.storage.persist() says no.
      await context.overridePermissions(origin, ["persistent-storage"]);
      return context;
    },
  });
  launcher.name = "chromium";
  return launcher;
}
