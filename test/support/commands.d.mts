/** The keys are those of KeyboardEvent.key. There are no chords: `{ down: "Shift" }`, `{ press: "Tab" }`, `{ up: "Shift" }`. */
export declare function sendKeys(
  keys: { readonly type: string } | { readonly press: string } | { readonly down: string } | { readonly up: string },
): Promise<void>;

type Button = "left" | "middle" | "right";

/** The position is in whole CSS pixels of the viewport. */
export declare function sendMouse(
  action:
    | { readonly type: "move"; readonly position: readonly [number, number] }
    | { readonly type: "click"; readonly position: readonly [number, number]; readonly button?: Button }
    | { readonly type: "down" | "up"; readonly button?: Button },
): Promise<void>;

/** Lets go of all buttons and moves to the corner. */
export declare function resetMouse(): Promise<void>;

export declare function setViewport(size: { readonly width: number; readonly height: number }): Promise<void>;

/** What is not named is as without emulation. It lasts beyond the test file: put it back. */
export declare function emulateMedia(media: {
  readonly colorScheme?: "dark" | "light";
  readonly reducedMotion?: "reduce" | "no-preference";
}): Promise<void>;
