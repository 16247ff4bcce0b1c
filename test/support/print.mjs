/** Not by the console: while the test runner runs, it takes that over and draws on the terminal with it. @param {string} line */
export function print(line) {
  process.stdout.write(`${line}\n`);
}
