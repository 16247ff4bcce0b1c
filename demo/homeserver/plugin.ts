/** The development homeserver as a plugin of Vite, on the same address as the page: `vite.config`, Storybook's `viteFinal`. */
import type { Plugin } from "vite";
import { CONTROL } from "./control.js";
import { openDevelopmentHomeserver } from "./homeserver.js";

const CLIENT_SERVER_API = "/_matrix/";

export interface DevelopmentHomeserverOptions {
  /** Number of room keys in the sample account's backup; 5,000 unless told. */
  readonly keys?: number;
}

export function developmentHomeserver({ keys = 5000 }: DevelopmentHomeserverOptions = {}): Plugin {
  return {
    name: "development-homeserver",
    apply: "serve",
    configureServer({ middlewares }) {
      const front = openDevelopmentHomeserver(keys);
      middlewares.use((request, response, next) => {
        const { url = "" } = request;
        if (url.startsWith(CLIENT_SERVER_API)) void front.serve(request, response);
        else if (url.startsWith(CONTROL)) void front.answer(request, response);
        else next();
      });
    },
  };
}
