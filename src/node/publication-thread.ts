// Reads and checks a workspace in a thread of its own: with a hundred thousand traits that takes seconds,
// in which the primary must go on handing out connections.

import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import type { Fault } from "@dunlin/contract/workspace";
import { type PreparedPublication, preparePublication } from "../admin/prepare-publication.ts";
import type { Result } from "../model/result.ts";

type Prepared = Result<PreparedPublication, readonly Fault[]>;

interface Task {
  readonly publicationText: string;
  readonly current: string | null;
}

export function prepareInThread(text: string, current: string | null): Promise<Prepared> {
  const task: Task = { publicationText: text, current };
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL(import.meta.url), { workerData: task });
    thread.once("message", resolve);
    thread.once("error", reject);
    thread.once("exit", () => reject(new Error("Invariant broken: the thread answers or fails")));
  });
}

function isTask(data: unknown): data is Task {
  return typeof data === "object" && data !== null && "publicationText" in data;
}

if (!isMainThread && isTask(workerData)) {
  parentPort?.postMessage(preparePublication(workerData.publicationText, workerData.current));
}
