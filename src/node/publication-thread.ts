// Reads and checks a workspace in a thread of its own: with a hundred thousand traits that takes seconds,
// in which the primary must go on handing out connections.

import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import type { Fault } from "@dunlin/contract/workspace";
import {
  type PreparedPublication,
  type PublicationRequest,
  preparePublication,
} from "../admin/prepare-publication.ts";
import type { Result } from "../model/result.ts";

type Prepared = Result<PreparedPublication, readonly Fault[]>;

export function prepareInThread(request: PublicationRequest): Promise<Prepared> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL(import.meta.url), { workerData: { publication: request } });
    thread.once("message", resolve);
    thread.once("error", reject);
    // Too late to matter where it has answered or failed.
    thread.once("exit", () => reject(new Error("Invariant broken: the thread answers or fails")));
  });
}

interface ThreadData {
  readonly publication: PublicationRequest;
}

function isThreadData(data: unknown): data is ThreadData {
  return typeof data === "object" && data !== null && "publication" in data;
}

if (!isMainThread && isThreadData(workerData)) {
  parentPort?.postMessage(preparePublication(workerData.publication));
}
