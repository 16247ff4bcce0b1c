/** All of the package in one file, for pages without a bundler. */
export * from "../src/index.js";
export * from "./index.js";
