/** One run: an account and its devices, what is planned for them, and the verdict. */
import { Scene } from "./scene.mjs";
import { judge } from "./verdict.mjs";

/** @typedef {import("./plan.mjs").Plan} Plan */
/**
 * @typedef {object} Outcome
 * @property {string[]} faults none if the run held
 * @property {number} lost room keys that are nowhere any more, and that nobody agreed to lose
 * @property {number} keys that the account ever had
 * @property {string[]} lines what the devices told last
 */

/** @param {import("./resets.mjs").Setting} setting @param {Plan} plan @param {string} name of the account @returns {Promise<Outcome>} */
export async function runPlan(setting, plan, name) {
  const scene = await Scene.open(setting, plan, name);
  const faults = [];
  try {
    await scene.play();
  } catch (error) {
    faults.push(error instanceof Error ? error.message : String(error));
  }
  try {
    const verdict = await judge(scene);
    faults.push(...verdict.faults, ...(await scene.faultsOfReading()));
    return { faults, lost: verdict.lost, keys: scene.account.origins.size, lines: scene.latestLines() };
  } catch (error) {
    faults.push(error instanceof Error ? error.message : String(error));
    return { faults, lost: 0, keys: 0, lines: scene.latestLines() };
  } finally {
    await scene.end();
  }
}
