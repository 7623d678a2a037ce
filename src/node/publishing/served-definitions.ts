// The definitions that this node's workers serve, and the way to others: compiled by every worker first, then
// served by all of them. Until they are served, whatever fails leaves everything as it was.

import { LIMITS } from "../../config.ts";
import type { FirstDefinitions, Publication } from "../first-definitions.ts";
import type { WorkerPool } from "../worker-pool.ts";

export class ServedDefinitions {
  readonly #pool: Pick<WorkerPool, "askEveryone">;
  #current: Publication | null;
  #revision: number;
  #last: Promise<unknown> = Promise.resolve();

  constructor(pool: Pick<WorkerPool, "askEveryone">, { publication, isStored }: FirstDefinitions) {
    this.#pool = pool;
    this.#current = publication;
    this.#revision = isStored ? (publication?.revision ?? 0) : 0;
  }

  /** What a worker that begins now is to serve; null where nothing was ever published. */
  get current(): Publication | null {
    return this.#current;
  }

  /** The stored revision that every worker serves; 0 before the first. */
  get revision(): number {
    return this.#revision;
  }

  /** One change at a time, whoever wants it: a publication of this node's, or one of another's. */
  exclusively<T>(change: () => Promise<T>): Promise<T> {
    const done = this.#last.then(change);
    this.#last = done.catch(() => {});
    return done;
  }

  /** Null when every worker has compiled it; otherwise why one could not. */
  async compile({ revision, baseId, workspace, step }: Publication): Promise<string | null> {
    const asked = await this.#pool.askEveryone<"prepare">(
      {
        kind: "prepare",
        // Where steps lead from a base, every worker has compiled it.
        definitions: { revision, baseId, workspace: step === null ? workspace : null, step },
      },
      LIMITS.prepareMs,
    );
    for (const each of asked) {
      if (each.kind === "refused") return each.reason;
      if (each.kind === "late") return "it took too long";
    }
    // One that ended, for whatever reason, is replaced; but one at least must have shown that it can.
    return asked.some((each) => each.kind === "answered") ? null : "no worker lived through it";
  }

  /**
   * Serves what was compiled last. A worker that began since then has the former definitions and nothing
   * prepared: like one that ends meanwhile, it is replaced by one that begins with the new ones.
   */
  async serve(compiled: Publication): Promise<void> {
    const { revision } = compiled;
    if (compiled === this.#current) {
      // Workers began with it, before it was stored.
      this.#revision = revision;
      return;
    }
    // From here on, a worker that begins serves the new ones.
    this.#current = compiled;
    await this.#pool.askEveryone<"adopt">(
      { kind: "adopt", revision },
      LIMITS.answerMs,
      "end-those-who-refuse",
    );
    this.#revision = revision;
  }

  async discard({ revision }: Pick<Publication, "revision">): Promise<void> {
    await this.#pool.askEveryone<"discard">({ kind: "discard", revision }, LIMITS.answerMs);
  }
}
