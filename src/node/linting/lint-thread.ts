// A thread for one run of the linter: it holds up nobody, and is ended when it takes too long.

import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import type { Fault } from "@dunlin/contract/workspace";
import type { LintFinding } from "../../admin/lint-desk.ts";
import type { Result } from "../../model/result.ts";
import { type LintRequest, lintDefinitions } from "./lint-definitions.ts";

export interface ThreadLimits {
  readonly timeMs: number;
  readonly memoryMb: number;
}

type Linted = Result<readonly LintFinding[], readonly Fault[]>;

/** Told apart from other threads of this program. */
const MARK = "lint";

/** Null where it took too much, or `signal` ended it. */
export async function lintInThread(
  request: LintRequest,
  { timeMs, memoryMb }: ThreadLimits,
  signal: AbortSignal,
): Promise<Linted | null> {
  const thread = new Worker(new URL(import.meta.url), {
    workerData: MARK,
    resourceLimits: { maxOldGenerationSizeMb: memoryMb },
  });
  const ended = AbortSignal.any([signal, AbortSignal.timeout(timeMs)]);
  try {
    return await new Promise<Linted | null>((resolve, reject) => {
      thread.on("message", resolve).on("exit", () => resolve(null));
      thread.on("error", (fault: unknown) => {
        if (Reflect.get(Object(fault), "code") === "ERR_WORKER_OUT_OF_MEMORY") resolve(null);
        else reject(fault);
      });
      if (ended.aborted) resolve(null);
      ended.addEventListener("abort", () => resolve(null), { once: true });
      thread.postMessage(request);
    });
  } finally {
    await thread.terminate();
  }
}

if (!isMainThread && workerData === MARK) {
  parentPort?.once("message", (request: LintRequest) => {
    parentPort?.postMessage(lintDefinitions(request));
  });
}
