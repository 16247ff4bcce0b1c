/** Account data: where clients keep their secret storage, among other things. */
import type { Accounts, Device } from "./accounts.js";
import { type JsonObject, MatrixError, type MatrixRequest, notFound } from "./answer.js";
import type { News } from "./news.js";
import type { Routes } from "./routes.js";

interface Entry {
  readonly userId: string;
  readonly type: string;
  readonly content: JsonObject;
  readonly position: number;
}

export class AccountData {
  readonly #entries = new Map<string, Entry>();
  readonly #news: News;

  constructor(news: News) {
    this.#news = news;
  }

  set(userId: string, type: string, content: JsonObject): void {
    const key = JSON.stringify([userId, type]);
    this.#entries.set(key, { userId, type, content, position: this.#news.position + 1 });
    this.#news.add();
  }

  get(userId: string, type: string): JsonObject | undefined {
    return this.#entries.get(JSON.stringify([userId, type]))?.content;
  }

  /** As `/sync` tells it. */
  after(since: number, userId: string): JsonObject[] {
    const changed = [...this.#entries.values()].filter((entry) => entry.userId === userId && entry.position > since);
    return changed.map(({ type, content }) => ({ type, content }));
  }
}

export function serveAccountData(routes: Routes, accounts: Accounts, accountData: AccountData): void {
  const path = "/_matrix/client/v3/user/{userId}/account_data/{type}";
  const read = accounts.for((request, device) => {
    const content = accountData.get(own(request, device), request.parameter("type"));
    if (!content) throw notFound("No such account data");
    return content;
  });
  const write = accounts.for((request, device) => {
    accountData.set(own(request, device), request.parameter("type"), request.body);
    return {};
  });
  routes.on("GET", path, read);
  routes.on("PUT", path, write);
}

function own(request: MatrixRequest, { userId }: Device): string {
  if (request.parameter("userId") === userId) return userId;
  throw new MatrixError(403, "M_FORBIDDEN", "This is another user's account data");
}
