// Publications, one after the other: what was read and checked is compiled by every worker of every node, then
// stored, then served by all of them. Until it is stored, whatever fails leaves everything as it was.

import type { Fault } from "@dunlin/contract/workspace";
import type { PublishOutcome } from "../../admin/node-control.ts";
import type { PreparedPublication, PublicationRequest } from "../../admin/prepare-publication.ts";
import type { DefinitionStore, RevisionOrigin } from "../../catalog/definition-store.ts";
import { printWorkspace } from "../../catalog/print-workspace.ts";
import { LIMITS } from "../../config.ts";
import type { Turn, Turns } from "../../group/turns.ts";
import type { Result } from "../../model/result.ts";
import type { Log } from "../../ops/log.ts";
import { emptyWorkspace } from "../definitions.ts";
import { type FirstDefinitions, isUnchanged, type Publication } from "../first-definitions.ts";
import type { StoreFollower } from "./follow-store.ts";
import type { ServedDefinitions } from "./served-definitions.ts";

export interface PublisherOptions {
  readonly store: Pick<DefinitionStore, "publish">;
  readonly served: ServedDefinitions;
  readonly follower: Pick<StoreFollower, "serveNewestWithin">;
  readonly turns: Turns;
  readonly log: Log;
  /** Milliseconds since the epoch, for the list of revisions. */
  now(): number;
  prepare(request: PublicationRequest): Promise<Result<PreparedPublication, readonly Fault[]>>;
}

/** Whose publication it is, as the list of revisions shows it. */
export type PublishedBy = Pick<RevisionOrigin, "by"> & Partial<Pick<RevisionOrigin, "note">>;

const BY_ADMINISTRATOR: PublishedBy = { by: "administrator" };
const AT_START: PublishedBy = { by: null, note: "What the node was started with." };

type Answer = Pick<PublishOutcome & { kind: "published" }, "changes" | "warnings">;

export class Publisher {
  readonly #options: PublisherOptions;
  readonly #begun = Promise.withResolvers<void>();
  readonly #first: FirstDefinitions;
  #last: Promise<unknown> = this.#begun.promise;
  #waiting = 0;
  #publications = 0;

  constructor(options: PublisherOptions, first: FirstDefinitions) {
    this.#options = options;
    this.#first = first;
  }

  /**
   * To be called once every worker serves what the node begins with, which shows that it compiles: it is
   * stored now, and publications that came meanwhile take their turn. Gives the reason where it cannot be.
   */
  async begin(): Promise<string | null> {
    const { publication, isStored } = this.#first;
    const outcome =
      publication === null || isStored
        ? null
        : await this.#inTurn((turn) => this.#storeFirst(turn, publication));
    this.#begun.resolve();
    return outcome === null ? null : whyNot(outcome);
  }

  /** What a worker that begins now is to serve. */
  get current(): Publication | null {
    return this.#options.served.current;
  }

  /** The workspace that is served, as JSON text. */
  currentDocument(): string {
    return this.current?.document ?? JSON.stringify(printWorkspace(emptyWorkspace()));
  }

  get waiting(): number {
    return this.#waiting;
  }

  get publications(): number {
    return this.#publications;
  }

  publish(text: string, whose: PublishedBy = BY_ADMINISTRATOR): Promise<PublishOutcome> {
    if (this.#waiting >= LIMITS.waitingPublications) return Promise.resolve({ kind: "busy" });
    this.#waiting++;
    const outcome = this.#last.then(() =>
      this.#inTurn(async (turn) => {
        const reason = await this.#catchUp(turn);
        return reason === null
          ? this.#publishNow(turn, { text, ...whose })
          : { kind: "failed", reason };
      }),
    );
    this.#last = outcome.catch(() => {}).finally(() => this.#waiting--);
    return outcome;
  }

  async #inTurn(publication: (turn: Turn) => Promise<PublishOutcome>): Promise<PublishOutcome> {
    const turn = await this.#options.turns.take();
    if (turn === null) return { kind: "busy" };
    try {
      return await this.#options.served.exclusively(() => publication(turn));
    } finally {
      await turn.end();
    }
  }

  /** Another node may have published since this one last heard of it. */
  async #catchUp({ newest }: Turn): Promise<string | null> {
    if (newest === null || newest === (this.current?.revision ?? 0)) return null;
    return this.#options.follower.serveNewestWithin();
  }

  /** The workers of this node serve it already. */
  async #storeFirst(turn: Turn, first: Publication): Promise<PublishOutcome> {
    const { newest } = turn;
    if (newest === null || newest === first.revision - 1) {
      const reason = await turn.compileElsewhere(first);
      if (reason !== null) return { kind: "failed", reason };
      return this.#store(turn, { ...first, ...AT_START }, { changes: {}, warnings: [] });
    }
    const reason = await this.#options.follower.serveNewestWithin();
    if (reason !== null) return { kind: "failed", reason };
    return this.#publishNow(turn, { text: first.document, ...AT_START });
  }

  async #publishNow(
    turn: Turn,
    { text, ...whose }: PublishedBy & { readonly text: string },
  ): Promise<PublishOutcome> {
    const before = this.current;
    const previous = before?.document ?? null;
    const prepared = await this.#options.prepare({ text, format: "json", previous });
    if (!prepared.ok) return { kind: "refused", faults: prepared.error };
    const { document, baseId, workspace, step, changes, warnings } = prepared.value;
    if (before !== null && isUnchanged(prepared.value)) {
      return { kind: "published", revision: before.revision, changes, warnings };
    }

    const revision = (before?.revision ?? 0) + 1;
    const next = { revision, document, baseId, workspace, step };
    const reason = await this.#compileEverywhere(turn, next);
    if (reason !== null) {
      await this.#options.served.discard(next);
      return { kind: "failed", reason };
    }
    const outcome = await this.#store(turn, { ...next, ...whose }, { changes, warnings });
    if (outcome.kind !== "published") return outcome;
    this.#publications++;
    this.#options.log.info("Definitions are published.", { revision: next.revision });
    return outcome;
  }

  async #compileEverywhere(turn: Turn, next: Publication): Promise<string | null> {
    const reasons = await Promise.all([
      this.#options.served.compile(next),
      turn.compileElsewhere(next),
    ]);
    return reasons.find((reason) => reason !== null) ?? null;
  }

  async #store(
    turn: Turn,
    { by, note, ...next }: Publication & PublishedBy,
    answer: Answer,
  ): Promise<PublishOutcome> {
    const { store, served } = this.#options;
    const { revision, document } = next;
    const origin = { at: this.#options.now(), by, note: note ?? null };
    let outcome: "stored" | "overtaken" | null = null;
    try {
      outcome = await store.publish({ revision, document, ...origin }, turn.fence);
    } finally {
      if (outcome !== "stored") await served.discard(next);
    }
    if (outcome === "overtaken") return { kind: "failed", reason: "another node published first" };

    const [, late] = await Promise.all([served.serve(next), turn.serveElsewhere(revision)]);
    // What is stored cannot be taken back: whoever comes late takes it over later.
    if (late !== null) throw new Error(`Revision ${revision} is stored, but ${late}.`);
    return { kind: "published", revision, ...answer };
  }
}

function whyNot(outcome: PublishOutcome): string | null {
  switch (outcome.kind) {
    case "published":
      return null;
    case "failed":
      return outcome.reason;
    case "busy":
      return "other nodes were publishing for too long";
    case "refused":
      return outcome.faults.map(({ at, message }) => `${at}: ${message}`).join("; ");
  }
}
