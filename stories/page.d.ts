/** What a page of Vite has, where the types of Storybook bring those of Node.js along. */

export {};

declare global {
  /** As in every browser: a number, not an object. */
  function setTimeout(handler: () => void, milliseconds?: number): number;

  interface ImportMeta {
    readonly env: { readonly DEV: boolean };
  }
}
