// Nodes of one group in one process: their workers do as they are told, time goes on only when a test lets it,
// and each node's way to the store can be cut.

import assert from "node:assert/strict";
import type { Revision } from "../../src/catalog/definition-store.ts";
import type { GroupStore, MemberReport } from "../../src/group/group-store.ts";
import { type Duties, NodeGroup } from "../../src/group/node-group.ts";
import type { Log } from "../../src/ops/log.ts";
import { MemoryGroupStore } from "../../src/stores/memory/memory-group-store.ts";

const SILENT: Log = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  fault: () => {},
};
export const LEASE_MS = 1_000;
const LIMITS = {
  ...{ beatEveryMs: 2, lookEveryMs: 2, turnMs: 60_000, compileMs: 60_000 },
  ...{ followMs: 60_000, retryMs: 60_000 },
};
export const SETTINGS = { domain: "dcs.localhost", clock: "manual" };

/** A clock that only a test moves, for the store and for the nodes. */
export class Time {
  nowMs = 0;
  readonly now = (): number => this.nowMs;
}

/** Workers that do as they are asked, unless a test says otherwise. */
export class Workers implements Duties {
  revision = 0;
  time = 0;
  readonly done: string[] = [];
  refusal: string | null = null;
  /** What a test lets them wait for before they serve something new. */
  mayServe: Promise<void> = Promise.resolve();

  servedRevision(): number {
    return this.revision;
  }
  async compileProposal(
    _fence: number,
    { revision }: { revision: number },
  ): Promise<string | null> {
    this.done.push(`compile ${revision}`);
    return this.refusal;
  }
  async discardProposal(): Promise<void> {
    this.done.push("discard");
  }
  async serveStored(revision: number): Promise<string | null> {
    await this.mayServe;
    this.done.push(`serve ${revision}`);
    if (this.refusal === null) this.revision = Math.max(this.revision, revision);
    return this.refusal;
  }
  async setClock(now: number): Promise<void> {
    this.time = now;
  }
}

/** The way of one node to the store, which a test can cut. */
export class Way implements GroupStore {
  readonly leaseMs: number;
  isCut = false;
  readonly #store: MemoryGroupStore;

  constructor(store: MemoryGroupStore) {
    this.#store = store;
    this.leaseMs = store.leaseMs;
  }

  get #open(): MemoryGroupStore {
    if (this.isCut) throw new Error("cut off");
    return this.#store;
  }

  beat = async (name: string, report: MemberReport) => this.#open.beat(name, report);
  leave = async (name: string) => this.#open.leave(name);
  takeTurn = async (name: string) => this.#open.takeTurn(name);
  propose = async (fence: number, next: Revision) => this.#open.propose(fence, next);
  proposal = async (fence: number) => this.#open.proposal(fence);
  endTurn = async (fence: number) => this.#open.endTurn(fence);
  setClock = async (now: number) => this.#open.setClock(now);
  keep = async (name: string, value: string) => this.#open.keep(name, value);

  onChange(listener: () => void): void {
    this.#store.onChange(() => this.isCut || listener());
  }
}

export interface TestNode {
  readonly group: NodeGroup;
  readonly workers: Workers;
  readonly way: Way;
}

export class TestGroup {
  readonly time = new Time();
  readonly store = new MemoryGroupStore({ leaseMs: LEASE_MS, now: this.time.now });
  readonly #nodes: NodeGroup[] = [];

  node(name: string, settings = SETTINGS): TestNode {
    const workers = new Workers();
    const way = new Way(this.store);
    const { now } = this.time;
    const group = new NodeGroup({
      ...{ store: way, name, settings, duties: workers, limits: LIMITS, log: SILENT, now },
    });
    this.#nodes.push(group);
    return { group, workers, way };
  }

  async serving(...names: string[]): Promise<TestNode[]> {
    const nodes = names.map((name) => this.node(name));
    for (const { group } of nodes) {
      assert.equal(await group.join(), null);
      assert.equal(await group.serve(), true);
    }
    return nodes;
  }

  /** What the publisher of a node does. */
  async publish({ group, workers }: TestNode): Promise<number | string> {
    const turn = await group.take();
    assert.ok(turn !== null);
    try {
      const next = { revision: (turn.newest ?? 0) + 1, document: "{}" };
      const reason = await turn.compileElsewhere(next);
      if (reason !== null) return reason;
      if ((await this.store.publish(next, turn.fence)) === "overtaken") return "overtaken";
      workers.revision = Math.max(workers.revision, next.revision);
      return (await turn.serveElsewhere(next.revision)) ?? next.revision;
    } finally {
      await turn.end();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#nodes.map((group) => group.leave()));
  }
}

export const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
};

/** Counts how often nodes show that they live. */
export function countBeats(store: MemoryGroupStore): { renewals(): number } {
  const before = store.beats;
  return { renewals: () => store.beats - before };
}

/** Lets time go on slowly enough for everybody who lives to show it. */
export function movingOn(time: Time, renewals: () => number): () => Promise<void> {
  let stopped = false;
  let seen = 0;
  const going = (async () => {
    while (!stopped) {
      await until(() => stopped || renewals() >= seen + 4);
      seen = renewals();
      time.nowMs += LEASE_MS / 10;
    }
  })();
  return async () => {
    stopped = true;
    await going;
  };
}
