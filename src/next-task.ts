/** A new task, so that input and painting come first: never a timer, which browsers slow down to one a second, or a minute, in hidden tabs. */

export type TaskPriority = "background" | "user-visible";

interface Scheduler {
  postTask(task: () => void, options: { priority: TaskPriority }): Promise<void>;
}

const { scheduler } = globalThis as { scheduler?: Scheduler };

/** Resolves in a task of its own. */
export function nextTask(priority: TaskPriority = "user-visible"): Promise<void> {
  return new Promise((resolve) => {
    if (scheduler) void scheduler.postTask(resolve, { priority });
    else postMessageTask(resolve);
  });
}

function postMessageTask(task: () => void): void {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    task();
  };
  port2.postMessage(null);
}
