// Publications, one after the other: what was read and checked is compiled by every worker of every node, then
// stored, then served by all of them. Until it is stored, whatever fails leaves everything as it was.

import type { Fault } from "@dunlin/contract/workspace";
import type { Caller } from "../../access/caller.ts";
import { etagOfRevision, isStale } from "../../access/etag.ts";
import type { PublishOutcome } from "../../admin/node-control.ts";
import type {
  ChangedItem,
  NewDefinitions,
  PreparedPublication,
  PublicationRequest,
} from "../../admin/prepare-publication.ts";
import type { PlannedChange } from "../../admin/resources/change-resources.ts";
import type { Refusal } from "../../admin/resources/resource-kind.ts";
import type { DefinitionStore, RevisionOrigin } from "../../catalog/definition-store.ts";
import type { EditedObject } from "../../catalog/edits.ts";
import { printWorkspace } from "../../catalog/print-workspace.ts";
import { LIMITS } from "../../config.ts";
import type { ControlRecord } from "../../control/control-store.ts";
import { type ObjectChange, objectId } from "../../control/object-records.ts";
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
  /** What is to be written with a revision beside its document. */
  recordsOf(changes: RecordedChanges, origin: RecordedOrigin): Promise<readonly ControlRecord[]>;
}

export interface RecordedChanges {
  readonly changed: readonly ObjectChange[];
  /** Of the first of them, what they were and are. */
  readonly items: readonly ChangedItem[];
}

export interface RecordedOrigin extends PublishedBy {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly revision: number;
}

/** Whose publication it is, as the list of revisions shows it. */
export interface PublishedBy extends Pick<RevisionOrigin, "by"> {
  readonly note?: string | null;
  /** Left out where nobody called: what a node was started with. */
  readonly caller?: Caller;
}

const MOST_WAITING = { documents: LIMITS.waitingPublications, edits: LIMITS.waitingEdits } as const;

const BY_ADMINISTRATOR: PublishedBy = { by: "administrator" };
const AT_START: PublishedBy = { by: null, note: "What the node was started with." };

type Answer = Pick<PublishOutcome & { kind: "published" }, "changes" | "warnings">;

export type EditOutcome =
  | {
      readonly kind: "published";
      readonly revision: number;
      readonly edited: readonly EditedObject[];
      readonly records: readonly ControlRecord[];
      readonly target: PlannedChange["target"];
    }
  | { readonly kind: "refused"; readonly refusal: Refusal }
  | Extract<PublishOutcome, { kind: "failed" | "busy" }>;

/** What is published, and what is kept of it beside the document. */
interface Order {
  readonly definitions: NewDefinitions;
  readonly whose: PublishedBy;
  readonly kept: PlannedChange["kept"];
}

type Published = Extract<PublishOutcome, { kind: "published" }> &
  Pick<Extract<EditOutcome, { kind: "published" }>, "edited" | "records">;
type Outcome = Published | Exclude<PublishOutcome, { kind: "published" | "stale" }>;

export class Publisher {
  readonly #options: PublisherOptions;
  readonly #begun = Promise.withResolvers<void>();
  readonly #first: FirstDefinitions;
  #last: Promise<unknown> = this.#begun.promise;
  readonly #waiting = { documents: 0, edits: 0 };
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

  /** The same, and which revision it is; 0 while there is none. */
  currentDefinitions(): { readonly revision: number; readonly document: string } {
    return { revision: this.current?.revision ?? 0, document: this.currentDocument() };
  }

  get waiting(): number {
    return this.#waiting.documents + this.#waiting.edits;
  }

  get publications(): number {
    return this.#publications;
  }

  /** A whole document. `ifMatch` as in the header: it is compared when it is the document's turn. */
  publish(
    text: string,
    whose: PublishedBy = BY_ADMINISTRATOR,
    ifMatch: string | null = null,
  ): Promise<PublishOutcome> {
    const definitions = { text, format: "json" } as const;
    return this.#queue("documents", async (turn): Promise<PublishOutcome> => {
      const etag = etagOfRevision(this.currentDefinitions().revision);
      if (isStale(etag, ifMatch)) return { kind: "stale", etag };
      const outcome = await this.#publishNow(turn, { definitions, whose, kept: [] });
      if (outcome.kind !== "published") return outcome;
      const { kind, revision, changes, warnings } = outcome;
      return { kind, revision, changes, warnings };
    });
  }

  /**
   * Changes of what is in force. They are planned when it is their turn: until they are published nobody else
   * publishes anything.
   */
  edit(
    plan: () => Promise<Result<PlannedChange, Refusal>>,
    whose: PublishedBy,
  ): Promise<EditOutcome> {
    return this.#queue("edits", async (turn): Promise<EditOutcome> => {
      const planned = await plan();
      if (!planned.ok) return { kind: "refused", refusal: planned.error };
      const { edits, kept, target, explain } = planned.value;
      const outcome = await this.#publishNow(turn, { definitions: { edits }, whose, kept });
      switch (outcome.kind) {
        case "published": {
          const { revision, edited, records } = outcome;
          return { kind: "published", revision, edited, records, target };
        }
        case "refused":
          return { kind: "refused", refusal: explain(outcome.faults) };
        default:
          return outcome;
      }
    });
  }

  /** One after the other, each on top of what is newest. */
  #queue<T>(
    what: keyof typeof MOST_WAITING,
    publication: (turn: Turn) => Promise<T>,
  ): Promise<T | Unpublished> {
    const waiting = this.#waiting;
    if (waiting[what] >= MOST_WAITING[what]) return Promise.resolve({ kind: "busy" });
    waiting[what]++;
    const outcome = this.#last.then(() =>
      this.#inTurn<T | Unpublished>(async (turn) => {
        const reason = await this.#catchUp(turn);
        return reason === null ? publication(turn) : { kind: "failed", reason };
      }),
    );
    this.#last = outcome.catch(() => {}).finally(() => waiting[what]--);
    return outcome;
  }

  async #inTurn<T>(publication: (turn: Turn) => Promise<T>): Promise<T | Unpublished> {
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
      const { changed, changedItems: items } = this.#first;
      const stored = await this.#store(turn, first, { changed, items, whose: AT_START });
      return stored.kind === "stored"
        ? { kind: "published", revision: first.revision, changes: {}, warnings: [] }
        : stored;
    }
    const reason = await this.#options.follower.serveNewestWithin();
    if (reason !== null) return { kind: "failed", reason };
    const definitions = { text: first.document, format: "json" } as const;
    return this.#publishNow(turn, { definitions, whose: AT_START, kept: [] });
  }

  async #publishNow(turn: Turn, { definitions, whose, kept }: Order): Promise<Outcome> {
    const before = this.current;
    const previous = before?.document ?? null;
    const prepared = await this.#options.prepare({ ...definitions, previous });
    if (!prepared.ok) return { kind: "refused", faults: prepared.error };
    const { document, baseId, workspace, step, changes, warnings, edited } = prepared.value;
    const answer: Answer = { changes, warnings };
    if (before !== null && isUnchanged(prepared.value) && kept.length === 0) {
      const { revision } = before;
      return { kind: "published", revision, ...answer, edited, records: [] };
    }

    const revision = (before?.revision ?? 0) + 1;
    const next = { revision, document, baseId, workspace, step };
    const reason = await this.#compileEverywhere(turn, next);
    if (reason !== null) {
      await this.#options.served.discard(next);
      return { kind: "failed", reason };
    }
    const changed = withKept(prepared.value.changed, kept);
    const items = prepared.value.changedItems;
    const outcome = await this.#store(turn, next, { changed, items, whose });
    if (outcome.kind !== "stored") return outcome;
    this.#publications++;
    this.#options.log.info("Definitions are published.", { revision: next.revision });
    return { kind: "published", revision, ...answer, edited, records: outcome.records };
  }

  async #compileEverywhere(turn: Turn, next: Publication): Promise<string | null> {
    const reasons = await Promise.all([
      this.#options.served.compile(next),
      turn.compileElsewhere(next),
    ]);
    return reasons.find((reason) => reason !== null) ?? null;
  }

  /** Stores what every worker has compiled, and has it served. */
  async #store(
    turn: Turn,
    next: Publication,
    { whose, ...changes }: RecordedChanges & { readonly whose: PublishedBy },
  ): Promise<{ readonly kind: "stored"; readonly records: readonly ControlRecord[] } | Failed> {
    const { store, served, now } = this.#options;
    const { revision, document } = next;
    const at = now();
    const { by, note = null } = whose;
    let records: readonly ControlRecord[] = [];
    let outcome: "stored" | "overtaken" | null = null;
    try {
      records = await this.#options.recordsOf(changes, { ...whose, at, revision });
      outcome = await store.publish({ revision, document, at, by, note, records }, turn.fence);
    } finally {
      if (outcome !== "stored") await served.discard(next);
    }
    if (outcome === "overtaken") return { kind: "failed", reason: "another node published first" };

    const [, late] = await Promise.all([served.serve(next), turn.serveElsewhere(revision)]);
    // What is stored cannot be taken back: whoever comes late takes it over later.
    if (late !== null) throw new Error(`Revision ${revision} is stored, but ${late}.`);
    return { kind: "stored", records };
  }
}

type Failed = Extract<PublishOutcome, { kind: "failed" }>;
type Unpublished = Extract<PublishOutcome, { kind: "failed" | "busy" }>;

/** An object may change only by what is kept beside the document. */
function withKept(
  changed: readonly ObjectChange[],
  kept: PlannedChange["kept"],
): readonly ObjectChange[] {
  const left = new Map(kept.map((each) => [objectId(each.list, each.id), each]));
  const all = changed.map((change): ObjectChange => {
    const own = left.get(objectId(change.list, change.id));
    if (own === undefined) return change;
    left.delete(objectId(change.list, change.id));
    return { ...change, kept: own.kept };
  });
  const others = left.values().map(({ list, id, kept: own, isNew, isGone }): ObjectChange => {
    if (isGone) return { list, id, kind: "deleted" };
    return { list, id, kind: isNew ? "created" : "updated", kept: own };
  });
  return [...all, ...others];
}

function whyNot(outcome: PublishOutcome): string | null {
  switch (outcome.kind) {
    case "published":
      return null;
    case "failed":
      return outcome.reason;
    case "stale":
      return `it was to replace others than ${outcome.etag}`;
    case "busy":
      return "other nodes were publishing for too long";
    case "refused":
      return outcome.faults.map(({ at, message }) => `${at}: ${message}`).join("; ");
  }
}
