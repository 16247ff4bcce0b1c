/** The test runner's server listens on every interface of the machine when its host is the local one. Here it does not. */
import { Server } from "node:net";

export function listenOnLoopbackOnly() {
  const { listen } = Server.prototype;
  /** @this {Server} @param {unknown[]} args */
  Server.prototype.listen = function listenLocally(...args) {
    const options = /** @type {{ port?: number, host?: string } | undefined} */ (args[0]);
    if (typeof options === "object" && options !== null && "port" in options && options.host === undefined)
      options.host = "127.0.0.1";
    return Reflect.apply(listen, this, args);
  };
}
