/** Whether an element can still be defined. */
import { complainOnce } from "../src/complain.js";

/** A page may have two copies of a module, such as of two versions: the first one stays. */
export function isFree(name: string): boolean {
  if (!customElements.get(name)) return true;
  complainOnce(
    "the elements are on this page twice, from two copies or two versions of the package, and the first copy stays. " +
      "Have the bundler take one: `npm ls key-backup-sync` shows them.",
  );
  return false;
}
