/** Chromium for the test runner. */
import { chromeLauncher } from "@web/test-runner-chrome";
import { CHROMIUM_ARGS } from "./chromium-process.mjs";
import { executableOf } from "./installed.mjs";

export function chromium() {
  const launcher = chromeLauncher({
    launchOptions: {
      // Read when the browser is launched: loading the runner's configuration must work without a browser.
      get executablePath() {
        return executableOf("chromium");
      },
      args: CHROMIUM_ARGS,
    },
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
