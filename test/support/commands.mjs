/** The test runner's own commands. By way of this file because their types bring node's globals into every file of the page. */
export { emulateMedia, resetMouse, sendKeys, sendMouse, setViewport } from "@web/test-runner-commands";
