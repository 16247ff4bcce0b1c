/** `npm run storybook`: the design kit, with the documentation from custom-elements.json. */
import type { StorybookConfig } from "@storybook/web-components-vite";

const config: StorybookConfig = {
  framework: {
    name: "@storybook/web-components-vite",
    options: { builder: { viteConfigPath: "stories/.storybook/vite.config.ts" } },
  },
  stories: ["../**/*.stories.ts"],
  addons: ["@storybook/addon-docs", "@storybook/addon-a11y"],
  previewHead: (head) => `${head}<link rel="icon" href="data:," />`,
  core: { disableTelemetry: true, disableWhatsNewNotifications: true },
};

export default config;
