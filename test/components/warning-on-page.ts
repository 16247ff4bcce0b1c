/** A warning on the page, its question asked, as a test has it in its hand. */
import { fixture, html } from "@open-wc/testing";
import "../../components/index.js";
import type { KeyBackupResetWarningElement, Occasion } from "../../components/index.js";
import type { KeyBackupSyncState } from "../../src/state.js";
import type { MockRun } from "../../stories/mock-run.js";
import { until } from "../support/until.js";
import { button, one, press, settled } from "./on-page.js";

export interface AskedWarning {
  readonly element: KeyBackupResetWarningElement;
  readonly dialog: HTMLDialogElement;
  /** `null` as long as there is none. */
  answer(): boolean | null;
}

/** Of this run, as its assessment is by now. */
export async function ask(run: MockRun, occasion: Occasion = "reset"): Promise<AskedWarning> {
  const element = await fixture<KeyBackupResetWarningElement>(html`
    <key-backup-reset-warning
      lang="en"
      occasion=${occasion}
      .state=${run.state}
      .safety=${run}
    ></key-backup-reset-warning>
  `);
  return askAgain(element);
}

export function askAgain(element: KeyBackupResetWarningElement): AskedWarning {
  let answered: boolean | null = null;
  void element.confirm().then((answer) => {
    answered = answer;
  });
  return { element, dialog: dialogOf(element), answer: () => answered };
}

/** The same, when the dialog is there. */
export async function askShown(run: MockRun, occasion?: Occasion): Promise<AskedWarning> {
  const asked = await ask(run, occasion);
  await shown(asked);
  return asked;
}

export async function shown({ element, dialog }: AskedWarning): Promise<void> {
  await until(() => dialog.open, "The dialog is shown");
  await settled(element);
}

export const dialogOf = (element: Element): HTMLDialogElement => one(element, "dialog") as HTMLDialogElement;

/** By the mouse, one after the other. */
export async function pressAll(element: KeyBackupResetWarningElement, ...names: readonly string[]): Promise<void> {
  for (const name of names) {
    await press(button(element, name));
    await settled(element);
  }
}

export async function become({ element }: AskedWarning, run: MockRun, state: KeyBackupSyncState): Promise<void> {
  run.state = state;
  element.state = state;
  await settled(element);
}

export async function answered(asked: AskedWarning, expected: boolean): Promise<void> {
  await until(() => asked.answer() !== null, `It is answered with ${expected}`);
  if (asked.answer() !== expected) throw new Error(`The answer is ${asked.answer()}`);
}
