// Nodes of one process, for tests: the store's clock is an argument, and a store can be cut off.

import type {
  DefinitionStore,
  NextRevision,
  Revision,
  RevisionSummary,
} from "../../catalog/definition-store.ts";
import type { GroupStore, GroupView, MemberReport } from "../../group/group-store.ts";
import { MemoryDefinitionStore } from "./memory-definition-store.ts";

interface HeldTurn {
  readonly fence: number;
  readonly holder: string;
  proposal: Revision | null;
}

export interface MemoryGroupOptions {
  readonly leaseMs: number;
  now(): number;
}

export class MemoryGroupStore implements GroupStore, DefinitionStore {
  readonly leaseMs: number;
  readonly #definitions = new MemoryDefinitionStore();
  /** How often members have shown that they live. */
  beats = 0;
  readonly #now: () => number;
  readonly #members = new Map<string, { readonly endsAt: number; readonly report: MemberReport }>();
  readonly #kept = new Map<string, string>();
  readonly #listeners: (() => void)[] = [];
  #fence = 0;
  #newestFence = 0;
  #turn: HeldTurn | null = null;
  #clock: GroupView["clock"] = null;

  constructor({ leaseMs, now }: MemoryGroupOptions) {
    this.leaseMs = leaseMs;
    this.#now = now;
  }

  async beat(name: string, report: MemberReport): Promise<GroupView> {
    this.beats++;
    const before = JSON.stringify(this.#members.get(name)?.report);
    this.#members.set(name, { endsAt: this.#now() + this.leaseMs, report });
    if (before !== JSON.stringify(report)) this.#tell();
    const living = [...this.#members].filter(([other]) => this.#lives(other));
    const turn = this.#livingTurn();
    return {
      newest: {
        revision: (await this.#definitions.latest())?.revision ?? 0,
        fence: this.#newestFence,
      },
      turn: turn && {
        fence: turn.fence,
        holder: turn.holder,
        proposes: turn.proposal?.revision ?? 0,
      },
      clock: this.#clock,
      members: new Map(living.map(([other, member]) => [other, member.report])),
    };
  }

  async leave(name: string): Promise<void> {
    this.#members.delete(name);
    if (this.#turn?.holder === name) this.#turn = null;
    this.#tell();
  }

  async takeTurn(name: string): Promise<{ fence: number; newest: number } | null> {
    if ((this.#livingTurn()?.holder ?? name) !== name) return null;
    this.#turn = { fence: ++this.#fence, holder: name, proposal: null };
    return { fence: this.#fence, newest: (await this.#definitions.latest())?.revision ?? 0 };
  }

  async propose(fence: number, next: Revision): Promise<boolean> {
    if (this.#turn?.fence !== fence) return false;
    this.#turn.proposal = next;
    this.#tell();
    return true;
  }

  async proposal(fence: number): Promise<Revision | null> {
    return this.#turn?.fence === fence ? this.#turn.proposal : null;
  }

  async endTurn(fence: number): Promise<void> {
    if (this.#turn?.fence === fence) this.#turn = null;
    this.#tell();
  }

  async setClock(now: number): Promise<number> {
    const setting = (this.#clock?.setting ?? 0) + 1;
    this.#clock = { setting, now };
    this.#tell();
    return setting;
  }

  async keep(name: string, value: string): Promise<string> {
    const kept = this.#kept.get(name);
    if (kept === undefined) this.#kept.set(name, value);
    return kept ?? value;
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  latest(): Promise<Revision | null> {
    return this.#definitions.latest();
  }

  list(): Promise<readonly RevisionSummary[]> {
    return this.#definitions.list();
  }

  read(revision: number): Promise<Revision | null> {
    return this.#definitions.read(revision);
  }

  async publish(next: NextRevision, fence = 0): Promise<"stored" | "overtaken"> {
    const latest = await this.latest();
    const isAgain = latest?.revision === next.revision && latest.document === next.document;
    if (isAgain && fence === this.#newestFence) return "stored";
    if (fence !== this.#fence) return "overtaken";
    const outcome = await this.#definitions.publish(next);
    if (outcome === "stored") this.#newestFence = fence;
    this.#tell();
    return outcome;
  }

  #lives(name: string): boolean {
    return (this.#members.get(name)?.endsAt ?? 0) > this.#now();
  }

  #livingTurn(): HeldTurn | null {
    return this.#turn !== null && this.#lives(this.#turn.holder) ? this.#turn : null;
  }

  #tell(): void {
    for (const listener of this.#listeners) queueMicrotask(listener);
  }
}
