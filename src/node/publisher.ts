// Publications, one after the other: what was read and checked is compiled by every worker, then stored,
// then served by all of them. Until it is stored, whatever fails leaves everything as it was.

import type { Fault } from "@dunlin/contract/workspace";
import type { PublishOutcome } from "../admin/node-control.ts";
import type { PreparedPublication, PublicationRequest } from "../admin/prepare-publication.ts";
import type { DefinitionStore } from "../catalog/definition-store.ts";
import { printWorkspace } from "../catalog/print-workspace.ts";
import { LIMITS } from "../config.ts";
import type { Result } from "../model/result.ts";
import { invariant } from "../model/result.ts";
import type { Log } from "../ops/log.ts";
import { emptyWorkspace } from "./definitions.ts";
import { type FirstDefinitions, isUnchanged, type Publication } from "./first-definitions.ts";
import type { WorkerPool } from "./worker-pool.ts";

export interface PublisherOptions {
  readonly store: DefinitionStore;
  readonly pool: Pick<WorkerPool, "askEveryone">;
  readonly log: Log;
  prepare(request: PublicationRequest): Promise<Result<PreparedPublication, readonly Fault[]>>;
}

export class Publisher {
  readonly #options: PublisherOptions;
  readonly #begun = Promise.withResolvers<void>();
  #current: Publication | null;
  #isStored: boolean;
  #last: Promise<unknown> = this.#begun.promise;
  #waiting = 0;
  #publications = 0;

  constructor(options: PublisherOptions, first: FirstDefinitions) {
    this.#options = options;
    this.#current = first.publication;
    this.#isStored = first.isStored;
  }

  /**
   * To be called once every worker serves what the node begins with, which shows that it compiles: it is
   * stored now, and publications that came meanwhile take their turn.
   */
  async begin(): Promise<void> {
    if (this.#current !== null && !this.#isStored) await this.#write(this.#current);
    this.#isStored = true;
    this.#begun.resolve();
  }

  /** What a worker that begins now is to serve. */
  get current(): Publication | null {
    return this.#current;
  }

  /** The workspace that is served, as JSON text. */
  currentDocument(): string {
    return this.#current?.document ?? JSON.stringify(printWorkspace(emptyWorkspace()));
  }

  get waiting(): number {
    return this.#waiting;
  }

  get publications(): number {
    return this.#publications;
  }

  publish(text: string): Promise<PublishOutcome> {
    if (this.#waiting >= LIMITS.waitingPublications) return Promise.resolve({ kind: "busy" });
    this.#waiting++;
    const outcome = this.#last.then(() => this.#publishNow(text));
    this.#last = outcome.catch(() => {}).finally(() => this.#waiting--);
    return outcome;
  }

  async #publishNow(text: string): Promise<PublishOutcome> {
    const before = this.#current;
    const previous = before?.workspace ?? null;
    const prepared = await this.#options.prepare({ text, format: "json", previous });
    if (!prepared.ok) return { kind: "refused", faults: prepared.error };
    const { document, workspace, changes, warnings } = prepared.value;
    if (before !== null && isUnchanged(prepared.value)) {
      return { kind: "published", revision: before.revision, changes, warnings };
    }

    const next = { revision: (before?.revision ?? 0) + 1, document, workspace };
    const reason = await this.#compileEverywhere(next);
    if (reason !== null) {
      await this.#discardEverywhere(next.revision);
      return { kind: "failed", reason };
    }
    await this.#store(next);
    await this.#adoptEverywhere(next.revision);
    this.#publications++;
    this.#options.log.info("Definitions are published.", { revision: next.revision });
    return { kind: "published", revision: next.revision, changes, warnings };
  }

  /** Null when every worker has compiled it; otherwise why one could not. */
  async #compileEverywhere({ revision, workspace }: Publication): Promise<string | null> {
    const asked = await this.#options.pool.askEveryone<"prepare">(
      { kind: "prepare", definitions: { revision, workspace } },
      LIMITS.prepareMs,
    );
    for (const each of asked) {
      if (each.kind === "refused") return each.reason;
      if (each.kind === "late") return "it took too long";
    }
    // One that ended, for whatever reason, is replaced; but one at least must have shown that it can.
    return asked.some((each) => each.kind === "answered") ? null : "no worker lived through it";
  }

  async #store(next: Publication): Promise<void> {
    try {
      await this.#write(next);
    } catch (error) {
      await this.#discardEverywhere(next.revision);
      throw error;
    }
    // From here on, a worker that begins serves the new ones.
    this.#current = next;
  }

  async #write({ revision, document }: Publication): Promise<void> {
    const stored = await this.#options.store.publish(document);
    invariant(stored === revision, "this node alone publishes to its store");
  }

  /**
   * A worker that began between compiling and storing has the former definitions and nothing prepared: like
   * one that ends meanwhile, it is replaced by one that begins with the new ones.
   */
  async #adoptEverywhere(revision: number): Promise<void> {
    await this.#options.pool.askEveryone<"adopt">(
      { kind: "adopt", revision },
      LIMITS.answerMs,
      "end-those-who-refuse",
    );
  }

  async #discardEverywhere(revision: number): Promise<void> {
    await this.#options.pool.askEveryone<"discard">({ kind: "discard", revision }, LIMITS.answerMs);
  }
}
