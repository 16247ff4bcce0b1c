/** Puts a function around a method of one object, and takes it off again. */

export type Method = (...args: unknown[]) => Promise<unknown>;

/**
 * @param around gets the arguments, and how to call the method itself, of the owner or of what stands for it
 * @returns how to take it off; `null` if the object has no such method
 */
export function wrapMethod(
  owner: object,
  name: string,
  around: (args: unknown[], work: (self?: object) => Promise<unknown>) => Promise<unknown>,
): (() => void) | null {
  const original: unknown = Reflect.get(owner, name);
  if (typeof original !== "function") return null;
  const before = Object.getOwnPropertyDescriptor(owner, name);
  const wrapped: Method = (...args) => around(args, (self = owner) => (original as Method).apply(self, args));
  Object.defineProperty(owner, name, { value: wrapped, configurable: true, enumerable: true, writable: true });
  return () => {
    // Whoever wrapped it after us still calls it: it stays, and lets everything through.
    if (Reflect.get(owner, name) !== wrapped) return;
    if (before) Object.defineProperty(owner, name, before);
    else Reflect.deleteProperty(owner, name);
  };
}
