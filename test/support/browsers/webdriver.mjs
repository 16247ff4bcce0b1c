/**
 * The few W3C WebDriver calls that the tests need, over plain fetch. It does not know which browser answers.
 * @see https://www.w3.org/TR/webdriver2/
 */

export class WebDriverSession {
  #url;

  /** @param {string} url of the session */
  constructor(url) {
    this.#url = url;
  }

  /** @param {string} driverUrl @param {object} capabilities */
  static async open(driverUrl, capabilities) {
    const body = { capabilities: { alwaysMatch: capabilities } };
    const { sessionId } = await call("POST", `${driverUrl}/session`, body);
    return new WebDriverSession(`${driverUrl}/session/${sessionId}`);
  }

  /** @param {string} url */
  async navigate(url) {
    await this.#post("/url", { url });
  }

  /** @returns {Promise<string>} */
  async currentUrl() {
    return await call("GET", `${this.#url}/url`);
  }

  /** @param {string} script a function's body @param {unknown[]} args */
  async execute(script, ...args) {
    return await this.#post("/execute/sync", { script, args });
  }

  /** @returns {Promise<{ width: number, height: number }>} size of the window */
  async size() {
    return await call("GET", `${this.#url}/window/rect`);
  }

  /** @param {{ width: number, height: number }} size of the window */
  async resize(size) {
    await this.#post("/window/rect", size);
  }

  /** @param {"key" | "pointer"} type @param {object[]} actions */
  async perform(type, actions) {
    const parameters = type === "pointer" ? { parameters: { pointerType: "mouse" } } : {};
    await this.#post("/actions", { actions: [{ type, id: type, ...parameters, actions }] });
  }

  async close() {
    await call("DELETE", this.#url);
  }

  /** @param {string} path @param {object} body */
  async #post(path, body) {
    return await call("POST", `${this.#url}${path}`, body);
  }
}

/** @param {string} method @param {string} url @param {object} [body] */
async function call(method, url, body) {
  const response = await fetch(url, { method, ...(body && { body: JSON.stringify(body) }) });
  const { value } = await response.json();
  if (!response.ok) throw new Error(`WebDriver ${method} ${new URL(url).pathname}: ${value.error}: ${value.message}`);
  return value;
}
