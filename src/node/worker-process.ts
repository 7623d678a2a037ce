// The primary's end of the channel to one worker: asks, and waits for the answer, the worker's end or a
// time limit, whichever comes first.

import type { Worker } from "node:cluster";
import type { OrderKind, OrderOf } from "./messages.ts";
import { type AnswerTo, isAnswerMessage, type OrderMessage } from "./messages.ts";

export type Asked<T> =
  | { readonly kind: "answered"; readonly answer: T }
  /** The worker lives and is as it was before. */
  | { readonly kind: "refused"; readonly reason: string }
  /** The worker ended before it answered. */
  | { readonly kind: "gone" }
  | { readonly kind: "late" };

interface Waiting {
  settle(asked: Asked<AnswerTo[OrderKind]>): void;
}

export class WorkerProcess {
  /** Its place in the pool, from 0; a replacement takes the place over. */
  readonly place: number;
  /** Resolves when the process is gone. */
  readonly ended: Promise<void>;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;
  #ended = false;

  constructor(worker: Worker, place: number, onEnd: (code: number | null) => void) {
    this.#worker = worker;
    this.place = place;
    worker.on("message", (message: unknown) => {
      if (!isAnswerMessage(message)) return;
      const asked: Asked<AnswerTo[OrderKind]> = message.ok
        ? { kind: "answered", answer: message.answer }
        : { kind: "refused", reason: message.reason };
      this.#waiting.get(message.id)?.settle(asked);
    });
    // Sending to a process that is ending fails here; its end is what counts.
    worker.on("error", () => {});
    this.ended = new Promise((resolve) => {
      worker.on("exit", (code: number | null) => {
        this.#ended = true;
        for (const waiting of [...this.#waiting.values()]) waiting.settle({ kind: "gone" });
        onEnd(code);
        resolve();
      });
    });
  }

  get pid(): number {
    return this.#worker.process.pid ?? 0;
  }

  ask<Kind extends OrderKind>(
    order: OrderOf<Kind>,
    timeLimitMs: number,
  ): Promise<Asked<AnswerTo[Kind]>> {
    if (this.#ended || !this.#worker.isConnected()) return Promise.resolve({ kind: "gone" });
    const id = this.#nextId++;
    return new Promise((resolve) => {
      const timer = setTimeout(() => settle({ kind: "late" }), timeLimitMs);
      const settle = (asked: Asked<AnswerTo[OrderKind]>): void => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        // A worker answers an order of a kind with the answer to that kind (`OrderHandlers`).
        resolve(asked as Asked<AnswerTo[Kind]>);
      };
      this.#waiting.set(id, { settle });
      const message: OrderMessage = { dunlin: "order", id, order };
      this.#worker.send(message, (error: Error | null) => {
        if (error !== null) settle({ kind: "gone" });
      });
    });
  }

  /** Ends the process at once. */
  kill(): void {
    this.#worker.process.kill("SIGKILL");
  }
}
