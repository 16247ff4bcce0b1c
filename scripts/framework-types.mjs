/**
 * Typed tags for frameworks, and data for editors, out of custom-elements.json: into dist/. The generators that exist write events as
 * CustomEvent, and set properties that are read-only.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { getWebTypesData } from "custom-element-jet-brains-integration";
import { getVsCodeHtmlCustomData } from "custom-element-vs-code-integration";
import { build } from "esbuild";

/**
 * @typedef {object} Tag
 * @property {string} tag
 * @property {string} element name of its class
 * @property {string[]} properties that can be set
 * @property {{ name: string, event: string }[]} events
 */

const FIRST = "// Made from custom-elements.json by scripts/framework-types.mjs.\n";

/** By name of the declaration file: what a framework's own list of tags is extended by. */
const FRAMEWORKS = {
  react: jsx("react", "KeyBackupJsx"),
  preact: jsx("preact", "KeyBackupJsx"),
  solid: jsx("solid-js", "KeyBackupSolid"),
  vue: ["vue", "interface GlobalComponents extends KeyBackupVue {}", "KeyBackupVue"],
  svelte: ["svelte/elements", "interface SvelteHTMLElements extends KeyBackupSvelte {}", "KeyBackupSvelte"],
};

/** @param {string} module @param {string} list @returns {[string, string, string]} */
function jsx(module, list) {
  return [module, `namespace JSX {\n    interface IntrinsicElements extends ${list} {}\n  }`, list];
}

/** @param {string} root @returns {Promise<import("esbuild").Metafile>} of what is bundled */
export async function publishFrameworkTypes(root) {
  const manifest = JSON.parse(readFileSync(join(root, "dist", "custom-elements.json"), "utf8"));
  const tags = tagsOf(manifest);
  const directory = join(root, "dist", "frameworks");
  mkdirSync(directory, { recursive: true });
  const write = (/** @type {string} */ name, /** @type {string} */ text) => writeFileSync(join(directory, name), text);
  write("tags.d.ts", `${FIRST}${tagTypes(tags)}`);
  for (const [name, [module, augmentation, list]] of Object.entries(FRAMEWORKS)) {
    const text = `import type { ${list} } from "./tags.js";\n\ndeclare module "${module}" {\n  ${augmentation}\n}\n`;
    write(`${name}.d.ts`, `${FIRST}import "${module}";\n${text}`);
  }
  write("react-components.d.ts", `${FIRST}${reactTypes(tags)}`);
  const { name, version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const webTypes = JSON.parse(String(getWebTypesData(manifest, {})));
  writeJson(
    join(root, "dist", "vscode.html-custom-data.json"),
    JSON.parse(String(getVsCodeHtmlCustomData(manifest, {}))),
  );
  writeJson(join(root, "dist", "web-types.json"), { ...webTypes, name, version });
  return bundleReact(tags, root);
}

/** @param {string} path @param {unknown} data */
function writeJson(path, data) {
  writeFileSync(path, `${JSON.stringify(data, null, 2)}\n`);
}

/** @param {{ modules: { declarations: any[] }[] }} manifest @returns {Tag[]} */
function tagsOf(manifest) {
  const declarations = manifest.modules.flatMap((module) => module.declarations).filter((one) => one.customElement);
  return declarations.map(({ name, tagName, members, events = [] }) => ({
    tag: tagName,
    element: name,
    properties: members
      .filter(
        (/** @type {any} */ one) => one.kind === "field" && !one.readonly && !one.static && one.privacy !== "private",
      )
      .map((/** @type {any} */ one) => one.name),
    events: events.map((/** @type {any} */ one) => ({ name: one.name, event: one.type.text })),
  }));
}

/** @param {Tag[]} tags */
function namesOf(tags) {
  const names = new Set(tags.flatMap(({ element, events }) => [element, ...events.map(({ event }) => event)]));
  return `import type { ${[...names].sort().join(", ")} } from "../types/components/index.js";\n`;
}

/** @param {Tag[]} tags */
function tagTypes(tags) {
  const entries = tags.map(({ tag, element, properties, events }) => {
    const picked = properties.map((name) => JSON.stringify(name)).join(" | ");
    const heard = events.map(({ name, event }) => `"${name}": ${event};`).join(" ");
    return `  "${tag}": { element: ${element}; properties: Pick<${element}, ${picked}>; events: { ${heard} } };`;
  });
  return `${namesOf(tags)}
/** Each tag, with what can be set and what can be heard. */
export interface KeyBackupTags {
${entries.join("\n")}
}

type Tag = keyof KeyBackupTags;
type Properties<T extends Tag> = Partial<KeyBackupTags[T]["properties"]>;
type Prefixed<Members, P extends string> = { [K in keyof Members & string as \`\${P}\${K}\`]?: Members[K] };
type Handlers<T extends Tag, P extends string> = {
  [K in keyof KeyBackupTags[T]["events"] & string as \`\${P}\${K}\`]?: (event: KeyBackupTags[T]["events"][K]) => void;
};
/** In Vue, \`@key-backup-state-change\` is \`onKeyBackupStateChange\`. */
type Pascal<Name extends string> = Name extends \`\${infer First}-\${infer Rest}\`
  ? \`\${Capitalize<First>}\${Pascal<Rest>}\`
  : Capitalize<Name>;
type VueHandlers<T extends Tag> = {
  [K in keyof KeyBackupTags[T]["events"] & string as \`on\${Pascal<K>}\`]?: (
    event: KeyBackupTags[T]["events"][K],
  ) => void;
};
/** What every element takes. A framework checks \`class\` and \`style\` in its own way. */
interface Common {
  children?: any;
  class?: any;
  className?: string;
  dir?: string;
  hidden?: boolean;
  id?: string;
  key?: any;
  lang?: string;
  part?: string;
  ref?: any;
  slot?: string;
  style?: any;
  title?: string;
}

export type KeyBackupJsx = { [T in Tag]: Common & Properties<T> & Handlers<T, "on"> };
export type KeyBackupSolid = {
  [T in Tag]: Common & Prefixed<KeyBackupTags[T]["properties"], "prop:"> & Handlers<T, "on:">;
};
export type KeyBackupVue = { [T in Tag]: new () => { $props: Common & Properties<T> & VueHandlers<T> } };
export type KeyBackupSvelte = { [T in Tag]: Common & Properties<T> & Handlers<T, "on"> & Handlers<T, "on:"> };
`;
}

/** @param {string} element @returns {string} */
const componentOf = (element) => element.replace(/Element$/, "");

/** @param {string} name of an event @returns {string} */
const handlerOf = (name) => `on${name.replace(/(?:^|-)([a-z])/g, (_, letter) => letter.toUpperCase())}`;

/** @param {Tag[]} tags */
function reactTypes(tags) {
  const components = tags.map(({ tag, element, events }) => {
    const handlers = events.map(({ name, event }) => `  ${handlerOf(name)}?: (event: ${event}) => void;\n`).join("");
    const name = componentOf(element);
    return `
export interface ${name}Props
  extends Omit<HTMLAttributes<${element}>, keyof KeyBackupTags["${tag}"]["properties"]>,
    Partial<KeyBackupTags["${tag}"]["properties"]> {
${handlers}}

export declare const ${name}: ForwardRefExoticComponent<${name}Props & RefAttributes<${element}>>;
`;
  });
  return `import type { ForwardRefExoticComponent, HTMLAttributes, RefAttributes } from "react";
${namesOf(tags)}import type { KeyBackupTags } from "./tags.js";
${components.join("")}`;
}

/** @param {Tag[]} tags @param {string} root */
async function bundleReact(tags, root) {
  const components = tags.map(({ tag, element, events }) => {
    const heard = Object.fromEntries(events.map(({ name }) => [handlerOf(name), name]));
    return `export const ${componentOf(element)} = createComponent({
  react, tagName: "${tag}", elementClass: ${element}, displayName: "${componentOf(element)}", events: ${JSON.stringify(heard)},
});`;
  });
  const elements = tags.map(({ element }) => element).join(", ");
  const contents = `import { createComponent } from "@lit/react";
import * as React from "react";
import { ${elements} } from "./components.js";
// React 18 complains of layout effects on a server, where none run.
const react = typeof document === "undefined" ? { ...React, useLayoutEffect: React.useEffect } : React;
${components.join("\n")}
`;
  const { metafile } = await build({
    absWorkingDir: root,
    metafile: true,
    stdin: { contents, resolveDir: root },
    outfile: "dist/react.js",
    bundle: true,
    format: "esm",
    target: "es2022",
    external: ["react", "./components.js"],
    legalComments: "none",
    // For Next.js: it has state of its own.
    banner: { js: '"use client";' },
    logLevel: "warning",
  });
  return metafile;
}
