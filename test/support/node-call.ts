/** How a test, or a page it opened, has something done in node: one POST to the test server. The other end: node-calls.mjs. */
export async function callNode<Result>(name: string, argument: unknown): Promise<Result> {
  const response = await fetch(`/__node/${name}`, { method: "POST", body: JSON.stringify(argument) });
  const { result, error } = (await response.json()) as { result: Result; error?: string };
  if (error !== undefined) throw new Error(`${name}: ${error}`);
  return result;
}
