import { copyFileSync, mkdirSync } from "node:fs";

mkdirSync("dist", { recursive: true });
copyFileSync("index.html", "dist/index.html");

export default {
  entry: "./src/main.ts",
  module: { rules: [{ test: /\.ts$/, loader: "ts-loader" }] },
};
