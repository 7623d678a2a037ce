// Reads and checks workspaces in a thread of its own: with a hundred thousand traits that takes a second, in
// which the primary must go on handing out connections. The thread lives on, and remembers what is in force: the
// next publication, which changes little of it, is read in a fraction of the time.

import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import type { Fault } from "@dunlin/contract/workspace";
import {
  type NextPublication,
  type PreparedPublication,
  type PublicationRequest,
  PublicationSeries,
} from "../admin/prepare-publication.ts";
import type { Result } from "../model/result.ts";
import { err, ok } from "../model/result.ts";

type Prepared = Result<PreparedPublication, readonly Fault[]>;
/** The text of a base that is known already does not cross again. */
type Reply = Result<
  Omit<PreparedPublication, "workspace"> & { readonly workspace: string | null },
  readonly Fault[]
>;

/** Told apart from other threads of this program. */
const MARK = "publications";
/** The thread parses tens of megabytes at once, and keeps most of it: a small young generation is copied often. */
const YOUNG_GENERATION_MB = 192;
/** The one in force and the one that is about to be. */
const MOST_KNOWN = 2;

interface KnownPublication extends Pick<PreparedPublication, "document" | "baseId" | "workspace"> {
  readonly id: number;
}

export class PublicationThread {
  #thread: Worker | null = null;
  #known: readonly KnownPublication[] = [];
  #nextId = 1;
  #last: Promise<unknown> = Promise.resolve();

  /** One after the other. Rejects where the thread ends of it; the next one then has another thread. */
  prepare(request: PublicationRequest): Promise<Prepared> {
    const prepared = this.#last.then(() => this.#prepareNow(request));
    this.#last = prepared.catch(() => {});
    return prepared;
  }

  /** Ends the thread, at once. */
  async close(): Promise<void> {
    await this.#thread?.terminate();
  }

  async #prepareNow({ previous, ...definitions }: PublicationRequest): Promise<Prepared> {
    const id = this.#nextId++;
    const inForce = this.#known.find(({ document }) => document === previous);
    const before: NextPublication["before"] =
      inForce !== undefined
        ? { kind: "known", id: inForce.id }
        : previous === null
          ? null
          : { kind: "document", document: previous };
    const reply = await this.#ask({ ...definitions, id, before });
    const kept = inForce === undefined ? [] : [inForce];
    this.#known = kept;
    if (!reply.ok) return err(reply.error);
    const workspace = reply.value.workspace ?? inForce?.workspace;
    if (workspace === undefined) throw new Error("Invariant broken: a step comes without its base");
    const prepared = { ...reply.value, workspace };
    this.#known = [...kept, { ...prepared, id }].slice(-MOST_KNOWN);
    return ok(prepared);
  }

  #ask(next: NextPublication): Promise<Reply> {
    const thread = (this.#thread ??= this.#begin());
    // The process may end while nothing is asked.
    thread.ref();
    return new Promise<Reply>((resolve, reject) => {
      const settle = (act: () => void): void => {
        thread.off("message", answered).off("error", failed).off("exit", ended);
        thread.unref();
        act();
      };
      const answered = (reply: Reply) => settle(() => resolve(reply));
      const failed = (error: unknown) => settle(() => reject(error));
      const ended = () => failed(new Error("Invariant broken: the thread answers or fails"));
      thread.on("message", answered).on("error", failed).on("exit", ended);
      thread.postMessage(next);
    });
  }

  #begin(): Worker {
    const thread = new Worker(new URL(import.meta.url), {
      workerData: MARK,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    });
    // It may end while nobody asks: the next one who does needs another thread, which knows nothing.
    const forget = (): void => {
      if (this.#thread !== thread) return;
      this.#thread = null;
      this.#known = [];
    };
    return thread.on("error", forget).on("exit", forget);
  }
}

function serveSeries(): void {
  const series = new PublicationSeries();
  parentPort?.on("message", (next: NextPublication) => {
    const prepared = series.prepare(next);
    if (!prepared.ok) {
      parentPort?.postMessage(prepared);
      return;
    }
    const { value } = prepared;
    const isBase = value.baseId === next.id;
    const reply: Reply = ok({ ...value, workspace: isBase ? value.workspace : null });
    parentPort?.postMessage(reply);
  });
}

if (!isMainThread && workerData === MARK) serveSeries();
