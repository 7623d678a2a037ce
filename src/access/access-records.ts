// Records of users, groups and tokens: read from memory as long as nothing has changed, changed one after the
// other whoever changes them. One record, `access/revision`, changes with every change: nodes look at it to
// learn that another one has changed something, and a change is written only if it is as it was.

import type { ControlRecord, ControlStore, StoredControlRecord } from "../control/control-store.ts";
import { err, ok, type Result } from "../model/result.ts";
import type { AccessFault } from "./access-fault.ts";
import { ACCESS_LIMITS } from "./access-limits.ts";
import type { AccessKind, AccessKinds } from "./stored-values.ts";

/** What is to be written, and what is answered once it is. */
export interface Change<T> {
  readonly records: readonly ControlRecord[];
  readonly value: T;
}

const REVISION = { kind: "access", id: "revision" } as const;
/** What the store takes for an ID. */
const RECORD_ID = /^[\x20-\x7e]{1,200}$/;
/** More than there are users, groups and tokens at work at once; then everything is read again. */
const MAX_REMEMBERED = 20_000;

export interface AccessRecordsOptions {
  readonly store: ControlStore;
  /** Milliseconds that never go back. */
  ticks(): number;
}

export class AccessRecords {
  readonly store: ControlStore;
  readonly #ticks: () => number;
  #remembered = new Map<string, unknown>();
  #revision: string | null = null;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #last: Promise<unknown> = Promise.resolve();

  constructor({ store, ticks }: AccessRecordsOptions) {
    this.store = store;
    this.#ticks = ticks;
  }

  /**
   * Null where there is none. Changes of this node are seen at once, those of others within
   * `ACCESS_LIMITS.freshMs`.
   */
  async read<Kind extends AccessKind>(kind: Kind, id: string): Promise<AccessKinds[Kind] | null> {
    await this.#lookForChanges();
    const remembered = this.#remembered;
    const name = `${kind}/${id}`;
    // Remembered under the name of its kind.
    const known = remembered.get(name) as AccessKinds[Kind] | undefined;
    if (known !== undefined) return known;
    const value = await this.readNow(kind, id);
    // Into the map that was in force before it was read: what a change meanwhile has thrown away stays away.
    if (value !== null && remembered.size < MAX_REMEMBERED) remembered.set(name, value);
    return value;
  }

  async readNow<Kind extends AccessKind>(
    kind: Kind,
    id: string,
  ): Promise<AccessKinds[Kind] | null> {
    // What a caller gave for an ID may be anything.
    const stored = RECORD_ID.test(id) ? await this.store.read(kind, id) : null;
    return stored === null ? null : contentOf(kind, stored);
  }

  async listNow<Kind extends AccessKind>(kind: Kind): Promise<readonly AccessKinds[Kind][]> {
    return (await this.store.list(kind)).map((stored) => contentOf(kind, stored));
  }

  /**
   * Carries a change out, all or nothing. It is worked out from what `readNow` and `listNow` give; where
   * another node was faster it is worked out again.
   */
  change<T>(
    workOut: () => Promise<Result<Change<T>, AccessFault>>,
  ): Promise<Result<T, AccessFault>> {
    const done = this.#last.then(() => this.#changeNow(workOut));
    this.#last = done.catch(() => {});
    return done;
  }

  /** For what was added. */
  remember<Kind extends AccessKind>(kind: Kind, id: string, value: AccessKinds[Kind]): void {
    this.#remembered.set(`${kind}/${id}`, value);
  }

  /** Adds records that nothing read before can depend on. */
  async add(records: readonly ControlRecord[]): Promise<void> {
    await this.store.write(records);
  }

  async #changeNow<T>(
    workOut: () => Promise<Result<Change<T>, AccessFault>>,
  ): Promise<Result<T, AccessFault>> {
    for (let attempt = 0; attempt < ACCESS_LIMITS.attempts; attempt++) {
      const before = await this.store.read(REVISION.kind, REVISION.id);
      const change = await workOut();
      if (!change.ok) return change;
      const { records, value } = change.value;
      if (records.length === 0) return ok(value);
      const isWritten = await this.store.write(
        [...records, { ...REVISION, value: { records: records.length } }],
        [{ ...REVISION, version: before?.version ?? null }],
      );
      if (!isWritten) continue;
      this.#forget();
      return ok(value);
    }
    return err({ kind: "busy", message: "Other nodes change users or tokens; try again." });
  }

  async #lookForChanges(): Promise<void> {
    const now = this.#ticks();
    if (now - this.#lookedAt < ACCESS_LIMITS.freshMs) return;
    const revision = (await this.store.read(REVISION.kind, REVISION.id))?.version ?? null;
    if (revision !== this.#revision) this.#forget();
    this.#revision = revision;
    this.#lookedAt = now;
  }

  #forget(): void {
    this.#remembered = new Map();
    this.#lookedAt = Number.NEGATIVE_INFINITY;
  }
}

function contentOf<Kind extends AccessKind>(
  _kind: Kind,
  { value }: StoredControlRecord,
): AccessKinds[Kind] {
  // Only this room writes records of its kinds.
  return value as AccessKinds[Kind];
}
