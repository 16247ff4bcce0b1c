/** A real homeserver behind a line of the test's making: it knows every request, and can be slow. The other end: homeserver-proxy.mjs. */
import { callNode } from "./node-call.js";

export interface ProxiedRequest {
  readonly method: string;
  /** As it came: still percent-encoded. */
  readonly path: string;
}

export interface HomeserverProxy {
  /** Base URL, no slash at its end. */
  readonly url: string;
  /** All up to now, in the order of their arrival, without preflights. */
  requests(): Promise<ProxiedRequest[]>;
  /** How fast room keys come from now on, answers under way included; `null` is as fast as they can. */
  limit(bytesPerSecond: number | null): Promise<void>;
  close(): Promise<void>;
}

/** @param target base URL of the homeserver */
export async function openHomeserverProxy(target: string): Promise<HomeserverProxy> {
  const url = await callNode<string>("proxy/open", { target });
  return {
    url,
    requests: () => callNode("proxy/requests", { url }),
    limit: (bytesPerSecond) => callNode("proxy/limit", { url, bytesPerSecond }),
    close: () => callNode("proxy/close", { url }),
  };
}
