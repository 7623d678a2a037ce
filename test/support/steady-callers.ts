// Callers that never rest: each makes one call after the other until it is told to stop, and remembers what
// became of them.

import { Agent } from "node:http";
import { type HttpAnswer, type HttpCall, send } from "./http-call.ts";

export interface Callers {
  /** Answers so far. */
  readonly answers: readonly HttpAnswer[];
  /** What ended without an answer: the codes of the errors. */
  readonly lost: readonly string[];
  /** Resolves once so many answers more have come. */
  more(count: number): Promise<void>;
  /** Lets every call under way end. */
  stop(): Promise<void>;
}

export interface CallersOptions {
  readonly count: number;
  /** Whether a caller keeps its connection; otherwise each call has its own. */
  readonly keepAlive: boolean;
  readonly call: HttpCall;
}

export function startCallers({ count, keepAlive, call }: CallersOptions): Callers {
  const agent = new Agent({ keepAlive, maxSockets: count });
  const answers: HttpAnswer[] = [];
  const lost: string[] = [];
  let isStopped = false;
  let wake: (() => void)[] = [];

  const run = async (): Promise<void> => {
    while (!isStopped) {
      try {
        answers.push(await send({ ...call, agent }));
      } catch (error) {
        lost.push(error instanceof Error && "code" in error ? String(error.code) : "unknown");
      }
      for (const look of wake) look();
    }
  };
  const running = Promise.all(Array.from({ length: count }, run));
  return {
    answers,
    lost,
    more: (wanted) =>
      new Promise((resolve) => {
        const target = answers.length + wanted;
        const look = (): void => {
          if (answers.length < target) return;
          wake = wake.filter((other) => other !== look);
          resolve();
        };
        wake.push(look);
      }),
    stop: async () => {
      isStopped = true;
      await running;
      agent.destroy();
    },
  };
}
