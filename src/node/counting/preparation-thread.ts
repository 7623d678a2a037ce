// Reads definitions for counts: small ones at once, large ones in a thread that remembers what is in force.

import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import type { SizeQuestion } from "../../admin/counting-desk.ts";
import {
  CountPreparations,
  type PreparationFault,
  type PreparedPlan,
  type PreparedSize,
} from "../../admin/prepare-counts.ts";
import type { Result } from "../../model/result.ts";

export type CountRequest =
  | { readonly kind: "size"; readonly question: SizeQuestion }
  | { readonly kind: "plan"; readonly text: string };

export type Prepared = Result<PreparedSize | PreparedPlan, PreparationFault>;

interface Question {
  /** Null: the one of the question before. */
  readonly document: string | null;
  readonly request: CountRequest;
}

/** Told apart from other threads of this program. */
const MARK = "counts";
/** Read within a few milliseconds. */
const SMALL_CHARACTERS = 200_000;

export class PreparationThread {
  readonly #own = new CountPreparations();
  #thread: Worker | null = null;
  #document: string | null = null;
  #last: Promise<unknown> = Promise.resolve();

  /** `document`: the workspace in force, as it is written. One after the other. */
  prepare(document: string, request: CountRequest): Promise<Prepared> {
    const characters = document.length + (request.kind === "plan" ? request.text.length : 0);
    const prepared = this.#last.then(() =>
      characters <= SMALL_CHARACTERS
        ? prepareBy(this.#own, document, request)
        : this.#ask(document, request),
    );
    this.#last = prepared.catch(() => {});
    return prepared;
  }

  async close(): Promise<void> {
    await this.#thread?.terminate();
  }

  #ask(document: string, request: CountRequest): Promise<Prepared> {
    const thread = (this.#thread ??= this.#begin());
    const question: Question = { document: document === this.#document ? null : document, request };
    this.#document = document;
    // The process may end while nothing is asked.
    thread.ref();
    return new Promise<Prepared>((resolve, reject) => {
      const settle = (act: () => void): void => {
        thread.off("message", answered).off("error", failed).off("exit", ended);
        thread.unref();
        act();
      };
      const answered = (prepared: Prepared) => settle(() => resolve(prepared));
      const failed = (error: unknown) => settle(() => reject(error));
      const ended = () => failed(new Error("The thread that reads definitions has ended."));
      thread.on("message", answered).on("error", failed).on("exit", ended);
      thread.postMessage(question);
    });
  }

  #begin(): Worker {
    const thread = new Worker(new URL(import.meta.url), { workerData: MARK });
    const forget = (): void => {
      if (this.#thread !== thread) return;
      this.#thread = null;
      this.#document = null;
    };
    return thread.on("error", forget).on("exit", forget);
  }
}

function prepareBy(
  preparations: CountPreparations,
  document: string,
  request: CountRequest,
): Prepared {
  return request.kind === "size"
    ? preparations.size(document, request.question)
    : preparations.plan(document, request.text);
}

function serveQuestions(): void {
  const preparations = new CountPreparations();
  let known = "";
  parentPort?.on("message", ({ document, request }: Question) => {
    known = document ?? known;
    parentPort?.postMessage(prepareBy(preparations, known, request));
  });
}

if (!isMainThread && workerData === MARK) serveQuestions();
