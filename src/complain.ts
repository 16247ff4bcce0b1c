/** What is for the app's developer to mend is said in the console, once for each page. */

const said = new Set<string>();

export function complainOnce(complaint: string): void {
  if (said.has(complaint)) return;
  said.add(complaint);
  console.error(`key-backup-sync: ${complaint}`);
}
