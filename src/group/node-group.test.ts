import assert from "node:assert/strict";
import { test } from "node:test";
import type { Revision } from "../catalog/definition-store.ts";
import type { Log } from "../ops/log.ts";
import { MemoryGroupStore } from "../stores/memory/memory-group-store.ts";
import type { GroupStore, MemberReport } from "./group-store.ts";
import { type Duties, NodeGroup } from "./node-group.ts";

const SILENT: Log = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  fault: () => {},
};
const LEASE_MS = 1_000;
const LIMITS = {
  ...{ beatEveryMs: 2, lookEveryMs: 2, turnMs: 60_000, compileMs: 60_000 },
  ...{ followMs: 60_000, retryMs: 60_000 },
};
const SETTINGS = { domain: "dcs.localhost", clock: "manual" };

/** A clock that only a test moves, for the store and for the nodes. */
class Time {
  nowMs = 0;
  readonly now = (): number => this.nowMs;
}

/** Workers that do as they are asked, unless a test says otherwise. */
class Workers implements Duties {
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
    if (this.refusal === null) this.revision = revision;
    return this.refusal;
  }
  async setClock(now: number): Promise<void> {
    this.time = now;
  }
}

/** The way of one node to the store, which a test can cut. */
class Way implements GroupStore {
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

interface TestNode {
  readonly group: NodeGroup;
  readonly workers: Workers;
  readonly way: Way;
}

class TestGroup {
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
      workers.revision = next.revision;
      return (await turn.serveElsewhere(next.revision)) ?? next.revision;
    } finally {
      await turn.end();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#nodes.map((group) => group.leave()));
  }
}

const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
};

test("a publication is compiled by every node before it is stored, and served by all when it is answered", async () => {
  await using nodes = new TestGroup();
  const [a, b, c] = await nodes.serving("a", "b", "c");
  assert.ok(a && b && c);
  assert.equal(await nodes.publish(a), 1);
  assert.deepEqual(b.workers.done, ["compile 1", "serve 1"]);
  assert.deepEqual(c.workers.done, ["compile 1", "serve 1"]);
  assert.equal(await nodes.publish(c), 2);
  assert.deepEqual(a.workers.done, ["compile 2", "serve 2"]);
});

test("a publication waits for the slowest node", async () => {
  await using nodes = new TestGroup();
  const [a, b] = await nodes.serving("a", "b");
  assert.ok(a && b);
  const { promise, resolve } = Promise.withResolvers<void>();
  b.workers.mayServe = promise;
  let isAnswered = false;
  const published = nodes.publish(a).finally(() => {
    isAnswered = true;
  });
  await until(() => a.workers.revision === 1);
  for (let turn = 0; turn < 20; turn++) await new Promise((next) => setImmediate(next));
  assert.equal(isAnswered, false);
  resolve();
  assert.equal(await published, 1);
  assert.equal(b.workers.revision, 1);
});

test("a node that cannot compile it: nothing is stored, and whoever did compile it forgets it", async () => {
  await using nodes = new TestGroup();
  const [a, b, c] = await nodes.serving("a", "b", "c");
  assert.ok(a && b && c);
  b.workers.refusal = "too large";
  assert.equal(await nodes.publish(a), "b: too large");
  assert.equal(await nodes.store.latest(), null);
  await until(() => c.workers.done.at(-1) === "discard" || c.workers.done.length === 0);
  b.workers.refusal = null;
  assert.equal(await nodes.publish(a), 1);
});

test("publications of two nodes at once take turns", async () => {
  await using nodes = new TestGroup();
  const [a, b] = await nodes.serving("a", "b");
  assert.ok(a && b);
  const publishFive = async (node: TestNode): Promise<(number | string)[]> => {
    const revisions: (number | string)[] = [];
    for (let turn = 0; turn < 5; turn++) revisions.push(await nodes.publish(node));
    return revisions;
  };
  const revisions = (await Promise.all([publishFive(a), publishFive(b)])).flat();
  assert.deepEqual(
    revisions.map(Number).toSorted((one, other) => one - other),
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  );
});

test("a node that dies while it is waited for is waited for no longer than its lease", async () => {
  await using nodes = new TestGroup();
  const [a, b] = await nodes.serving("a", "b");
  assert.ok(a && b);
  b.way.isCut = true;
  const published = nodes.publish(a);
  await until(() => a.group.livingCount === 2);
  nodes.time.nowMs += LEASE_MS - 1;
  // The one that lives shows it once more before the other's lease ends.
  const { renewals } = countBeats(nodes.store);
  await until(() => renewals() > 2);
  nodes.time.nowMs += 1;
  assert.equal(await published, 1);
  assert.equal(b.workers.revision, 0);
});

test("a publisher that dies before it has stored: the others forget what it wanted", async () => {
  await using nodes = new TestGroup();
  const [a, b] = await nodes.serving("a", "b");
  assert.ok(a && b);
  const turn = await a.group.take();
  assert.equal(await turn?.compileElsewhere({ revision: 1, document: "{}" }), null);
  a.way.isCut = true;
  nodes.time.nowMs += LEASE_MS;
  await until(() => b.workers.done.at(-1) === "discard");
  assert.equal(await nodes.publish(b), 1);
  // What the dead one does when it wakes up has no effect.
  const late = await nodes.store.publish({ revision: 2, document: "[]" }, turn?.fence ?? 0);
  assert.equal(late, "overtaken");
});

test("a publisher that dies right after it has stored: the others serve it by themselves", async () => {
  await using nodes = new TestGroup();
  const [a, b] = await nodes.serving("a", "b");
  assert.ok(a && b);
  const turn = await a.group.take();
  const next = { revision: 1, document: "{}" };
  assert.equal(await turn?.compileElsewhere(next), null);
  assert.equal(await nodes.store.publish(next, turn?.fence ?? 0), "stored");
  a.way.isCut = true;
  await until(() => b.workers.revision === 1);
  assert.deepEqual(b.workers.done, ["compile 1", "serve 1"]);
});

test("a node that is cut off is not ready, and has caught up when it is ready again", async () => {
  await using nodes = new TestGroup();
  const [a, b] = await nodes.serving("a", "b");
  assert.ok(a && b);
  assert.equal(b.group.isCurrent, true);
  b.way.isCut = true;
  nodes.time.nowMs += LEASE_MS;
  assert.equal(b.group.isCurrent, false);
  await until(() => a.group.isCurrent);
  assert.equal(await nodes.publish(a), 1);
  b.way.isCut = false;
  await until(() => b.group.isCurrent);
  assert.deepEqual(b.workers.done, ["serve 1"]);
});

test("a node that cannot serve what is stored is not ready until something else is", async () => {
  await using nodes = new TestGroup();
  const [a, b] = await nodes.serving("a", "b");
  assert.ok(a && b);
  b.way.isCut = true;
  nodes.time.nowMs += LEASE_MS;
  await until(() => a.group.isCurrent);
  assert.equal(await nodes.publish(a), 1);
  b.workers.refusal = "unknown key";
  b.way.isCut = false;
  await until(() => b.workers.done.at(-1) === "serve 1");
  assert.equal(b.group.isCurrent, false);
  b.workers.refusal = null;
  const published = nodes.publish(a);
  await until(() => b.group.isCurrent);
  assert.equal(await published, 2);
});

test("a node that comes later begins with the newest, and nobody waits for it before", async () => {
  await using nodes = new TestGroup();
  const [a] = await nodes.serving("a");
  assert.ok(a);
  const b = nodes.node("b");
  assert.equal(await b.group.join(), null);
  assert.equal(await nodes.publish(a), 1);
  assert.deepEqual(b.workers.done, []);
  assert.equal(await b.group.serve(), true);
  assert.equal(b.workers.revision, 1);
});

test("the manual clock is one for all, and a node that comes later has its time", async () => {
  await using nodes = new TestGroup();
  const [a, b] = await nodes.serving("a", "b");
  assert.ok(a && b);
  assert.equal(await a.group.setClock(1_700_000_000_000), true);
  assert.equal(b.workers.time, 1_700_000_000_000);
  assert.equal(await b.group.setClock(1_600_000_000_000), true);
  assert.equal(a.workers.time, 1_600_000_000_000);
  const c = nodes.node("c");
  await c.group.join();
  assert.equal(c.group.sharedClock(), 1_600_000_000_000);
});

test("a node of another domain or another clock may not join", async () => {
  await using nodes = new TestGroup();
  await nodes.serving("a");
  for (const settings of [
    { ...SETTINGS, domain: "elsewhere.example" },
    { ...SETTINGS, clock: "system" },
  ]) {
    const other = nodes.node(`with ${settings.domain}`, settings);
    const refused = other.group.join();
    const { renewals } = countBeats(nodes.store);
    // It gives a predecessor's lease the time to end.
    const stop = movingOn(nodes.time, renewals);
    assert.deepEqual(await refused, SETTINGS);
    await stop();
  }
});

/** Counts how often nodes show that they live. */
function countBeats(store: MemoryGroupStore): { renewals(): number } {
  const before = store.beats;
  return { renewals: () => store.beats - before };
}

/** Lets time go on slowly enough for everybody who lives to show it. */
function movingOn(time: Time, renewals: () => number): () => Promise<void> {
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
