import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { type PublicationRequest, preparePublication } from "../../admin/prepare-publication.ts";
import type { DefinitionStore } from "../../catalog/definition-store.ts";
import { LIMITS } from "../../config.ts";
import { ALONE, type Turn, type Turns } from "../../group/turns.ts";
import { err } from "../../model/result.ts";
import type { Log } from "../../ops/log.ts";
import { MemoryDefinitionStore } from "../../stores/memory/memory-definition-store.ts";
import type { FirstDefinitions, Publication } from "../first-definitions.ts";
import type { AnswerTo, Order, OrderKind, OrderOf } from "../messages.ts";
import type { Asked } from "../worker-process.ts";
import { StoreFollower } from "./follow-store.ts";
import { Publisher } from "./publisher.ts";
import { ServedDefinitions } from "./served-definitions.ts";

const SILENT: Log = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  fault: () => {},
};

function nameOf(order: Order): string {
  if (order.kind === "prepare") return `prepare ${order.definitions.revision}`;
  return "revision" in order ? `${order.kind} ${order.revision}` : order.kind;
}

/** Workers that do as they are asked, unless a test says otherwise. */
class RecordingPool {
  readonly asked: string[] = [];
  /** What a test lets workers wait for before they serve something new. */
  adopted: Promise<void> = Promise.resolve();
  readonly answers = new Map<OrderKind, readonly Asked<null>[]>();

  async askEveryone<Kind extends OrderKind>(
    order: OrderOf<Kind>,
  ): Promise<Asked<AnswerTo[Kind]>[]> {
    this.asked.push(nameOf(order));
    if (order.kind === "adopt") await this.adopted;
    const done: Asked<null>[] = [{ kind: "answered", answer: null }];
    // All that a publisher orders is answered with null.
    return (this.answers.get(order.kind) ?? done) as Asked<AnswerTo[Kind]>[];
  }
}

const NOON = Date.UTC(2026, 0, 15, 12);

interface PublisherParts {
  readonly store?: Pick<DefinitionStore, "latest" | "publish">;
  readonly turns?: Turns;
  readonly first?: FirstDefinitions;
}

function publisherOf(pool: RecordingPool, parts: PublisherParts = {}): Publisher {
  const { store = new MemoryDefinitionStore(), turns = ALONE } = parts;
  const { first = { publication: null, isStored: true, changed: [], changedItems: [] } } = parts;
  const prepare = async (request: PublicationRequest) => preparePublication(request);
  const served = new ServedDefinitions(pool, first);
  const follower = new StoreFollower({ store, served, prepare });
  const options = { store, served, follower, prepare, turns, log: SILENT, now: () => NOON };
  return new Publisher({ ...options, recordsOf: async () => [] }, first);
}

const documentOf = (name: string): string =>
  JSON.stringify({
    partners: [{ pid: 1, alias: "one", name, orgId: "A1B2C3D4E5F60718293A4B5C@AdobeOrg" }],
  });

test("workers compile before anything is stored, and serve only after it", async () => {
  const pool = new RecordingPool();
  const store = new MemoryDefinitionStore();
  const publisher = publisherOf(pool, {
    store: {
      latest: () => store.latest(),
      publish: (next) => {
        pool.asked.push("store");
        return store.publish(next);
      },
    },
  });
  await publisher.begin();
  const outcome = await publisher.publish(documentOf("First"));
  assert.ok(outcome.kind === "published" && outcome.revision === 1);
  assert.deepEqual(pool.asked, ["prepare 1", "store", "adopt 1"]);
  assert.equal((await store.latest())?.document, publisher.currentDocument());
});

test("a publication is answered only when the workers serve it", async () => {
  const pool = new RecordingPool();
  const { promise, resolve } = Promise.withResolvers<void>();
  pool.adopted = promise;
  const publisher = publisherOf(pool);
  await publisher.begin();
  let isAnswered = false;
  const outcome = publisher.publish(documentOf("First")).finally(() => {
    isAnswered = true;
  });
  while (pool.asked.at(-1) !== "adopt 1") await nextTurn();
  await nextTurn();
  assert.equal(isAnswered, false);
  resolve();
  assert.equal((await outcome).kind, "published");
});

test("a worker that cannot compile leaves everything as it was, and says why", async () => {
  const pool = new RecordingPool();
  const publisher = publisherOf(pool);
  await publisher.begin();
  await publisher.publish(documentOf("First"));
  const before = publisher.currentDocument();

  for (const refusal of [{ kind: "refused", reason: "too large" }, { kind: "late" }] as const) {
    pool.answers.set("prepare", [{ kind: "answered", answer: null }, refusal]);
    assert.equal((await publisher.publish(documentOf("Second"))).kind, "failed");
    assert.equal(pool.asked.at(-1), "discard 2");
    assert.equal(publisher.currentDocument(), before);
  }
  pool.answers.clear();
  const outcome = await publisher.publish(documentOf("Second"));
  assert.ok(outcome.kind === "published" && outcome.revision === 2);
});

test("a worker that dies meanwhile is no reason to refuse, unless all die of it", async () => {
  const pool = new RecordingPool();
  const publisher = publisherOf(pool);
  await publisher.begin();
  pool.answers.set("prepare", [{ kind: "gone" }, { kind: "answered", answer: null }]);
  assert.equal((await publisher.publish(documentOf("First"))).kind, "published");
  pool.answers.set("prepare", [{ kind: "gone" }, { kind: "gone" }]);
  assert.equal((await publisher.publish(documentOf("Second"))).kind, "failed");
});

test("a store that fails leaves what is served, and the next publication works", async () => {
  const pool = new RecordingPool();
  const working = new MemoryDefinitionStore();
  let isBroken = true;
  const store: PublisherParts["store"] = {
    latest: () => working.latest(),
    publish: async (next) => {
      if (isBroken) throw new Error("disk full");
      return working.publish(next);
    },
  };
  const publisher = publisherOf(pool, { store });
  await publisher.begin();
  await assert.rejects(publisher.publish(documentOf("First")), /disk full/);
  assert.equal(publisher.current, null);
  assert.equal(pool.asked.at(-1), "discard 1");
  isBroken = false;
  assert.equal((await publisher.publish(documentOf("First"))).kind, "published");
});

test("an equal workspace is the same revision, and no worker is asked", async () => {
  const pool = new RecordingPool();
  const publisher = publisherOf(pool);
  await publisher.begin();
  await publisher.publish(documentOf("First"));
  const askedBefore = pool.asked.length;
  const outcome = await publisher.publish(publisher.currentDocument());
  assert.deepEqual(outcome, { kind: "published", revision: 1, changes: {}, warnings: [] });
  assert.equal(pool.asked.length, askedBefore);
});

test("of two who mean to replace the same definitions, one does", async () => {
  const publisher = publisherOf(new RecordingPool());
  await publisher.begin();
  await publisher.publish(documentOf("First"));
  const mine = '"revision-1"';
  const outcomes = await Promise.all(
    ["Second", "Third"].map((name) => publisher.publish(documentOf(name), undefined, mine)),
  );
  assert.equal(outcomes[0]?.kind, "published");
  assert.deepEqual(outcomes[1], { kind: "stale", etag: '"revision-2"' });
  assert.match(publisher.currentDocument(), /Second/);
});

test("publications take their turn, wait for the start, and too many are sent away", async () => {
  const pool = new RecordingPool();
  const publisher = publisherOf(pool);
  const outcomes = Array.from({ length: 20 }, (_, n) => publisher.publish(documentOf(`No. ${n}`)));
  assert.equal(publisher.waiting, 16);
  assert.deepEqual(pool.asked, []);
  await publisher.begin();
  const revisions = (await Promise.all(outcomes)).map((outcome) =>
    outcome.kind === "published" ? outcome.revision : outcome.kind,
  );
  const turns = Array.from({ length: 16 }, (_, n) => n + 1);
  assert.deepEqual(revisions, [...turns, "busy", "busy", "busy", "busy"]);
  assert.deepEqual(
    pool.asked,
    turns.flatMap((revision) => [`prepare ${revision}`, `adopt ${revision}`]),
  );
});

test("many changes of objects wait, and too many are sent away; documents wait beside them", async () => {
  const publisher = publisherOf(new RecordingPool());
  const refusal = { kind: "conflict", detail: "Not now." } as const;
  const edits = Array.from({ length: LIMITS.waitingEdits + 1 }, () =>
    publisher.edit(async () => err(refusal), { by: "somebody" }),
  );
  const document = publisher.publish(documentOf("Beside them"));
  await publisher.begin();
  const kinds = (await Promise.all(edits)).map(({ kind }) => kind);
  assert.deepEqual(kinds, [...new Array(LIMITS.waitingEdits).fill("refused"), "busy"]);
  assert.equal((await document).kind, "published");
});

/** Turns among nodes of one store that do as they are asked, unless a test says otherwise. */
class RecordingTurns implements Turns {
  readonly asked: string[] = [];
  readonly store: DefinitionStore;
  refusal: string | null = null;
  late: string | null = null;

  constructor(store: DefinitionStore) {
    this.store = store;
  }

  async take(): Promise<Turn> {
    this.asked.push("take");
    return {
      fence: 7,
      newest: (await this.store.latest())?.revision ?? 0,
      compileElsewhere: async ({ revision }) => {
        this.asked.push(`compile ${revision}`);
        return this.refusal;
      },
      serveElsewhere: async (revision) => {
        this.asked.push(`serve ${revision}`);
        return this.late;
      },
      end: async () => {
        this.asked.push("end");
      },
    };
  }
}

const preparedOf = (name: string): Publication => {
  const prepared = preparePublication({ text: documentOf(name), format: "json", previous: null });
  assert.ok(prepared.ok);
  return { revision: 1, ...prepared.value };
};

test("every other node compiles before anything is stored, and serves before it is answered", async () => {
  const pool = new RecordingPool();
  const store = new MemoryDefinitionStore();
  const turns = new RecordingTurns(store);
  const publisher = publisherOf(pool, { store, turns });
  await publisher.begin();
  assert.equal((await publisher.publish(documentOf("First"))).kind, "published");
  assert.deepEqual(turns.asked, ["take", "compile 1", "serve 1", "end"]);

  turns.refusal = "node-2: too large";
  const refused = await publisher.publish(documentOf("Second"));
  assert.deepEqual(refused, { kind: "failed", reason: "node-2: too large" });
  assert.deepEqual([turns.asked.at(-1), pool.asked.at(-1)], ["end", "discard 2"]);
  assert.equal((await store.latest())?.revision, 1);

  turns.refusal = null;
  turns.late = "node-2 does not serve it yet";
  await assert.rejects(publisher.publish(documentOf("Third")), /2 is stored, but node-2/);
  assert.equal(turns.asked.at(-1), "end");
  assert.equal(publisher.current?.revision, 2);
});

test("what another node has published meanwhile is what the next publication changes", async () => {
  const pool = new RecordingPool();
  const store = new MemoryDefinitionStore();
  const publisher = publisherOf(pool, { store, turns: new RecordingTurns(store) });
  await publisher.begin();
  await publisher.publish(documentOf("First"));
  const { document } = preparedOf("Of another node");
  await store.publish({ revision: 2, document });
  const unchanged = await publisher.publish(documentOf("Of another node"));
  assert.deepEqual(unchanged, { kind: "published", revision: 2, changes: {}, warnings: [] });
  assert.deepEqual(pool.asked.slice(-2), ["prepare 2", "adopt 2"]);
});

test("a turn that another one has followed stores nothing", async () => {
  const pool = new RecordingPool();
  const store = new MemoryDefinitionStore();
  const turns = new RecordingTurns(store);
  const overtaken: PublisherParts["store"] = {
    latest: () => store.latest(),
    publish: async () => "overtaken",
  };
  const publisher = publisherOf(pool, { store: overtaken, turns });
  await publisher.begin();
  assert.equal((await publisher.publish(documentOf("First"))).kind, "failed");
  assert.equal(publisher.current, null);
  assert.deepEqual([pool.asked.at(-1), turns.asked.at(-1)], ["discard 1", "end"]);
});

test("what a node begins with is published to the others, on top of what they published meanwhile", async () => {
  for (const [others, revision] of [
    [null, 1],
    ["Of another node", 2],
    ["The file's", 1],
  ] as const) {
    const pool = new RecordingPool();
    const store = new MemoryDefinitionStore();
    if (others !== null) await store.publish(preparedOf(others));
    const first = {
      publication: preparedOf("The file's"),
      isStored: false,
      changed: [],
      changedItems: [],
    };
    const turns = new RecordingTurns(store);
    const publisher = publisherOf(pool, { store, turns, first });
    assert.equal(await publisher.begin(), null);
    assert.equal((await store.latest())?.revision, revision, `${others}`);
    assert.equal(publisher.current?.revision, revision);
    assert.equal(publisher.currentDocument(), first.publication.document);
  }
});

test("a node whose definitions the others refuse does not begin", async () => {
  const store = new MemoryDefinitionStore();
  const turns = new RecordingTurns(store);
  turns.refusal = "node-2: too large";
  const first = {
    publication: preparedOf("The file's"),
    isStored: false,
    changed: [],
    changedItems: [],
  };
  const publisher = publisherOf(new RecordingPool(), { store, turns, first });
  assert.equal(await publisher.begin(), "node-2: too large");
  assert.equal(await store.latest(), null);
});

test("the store is told when, by whom and why each revision was published", async () => {
  const store = new MemoryDefinitionStore();
  const first = {
    publication: preparedOf("The file's"),
    isStored: false,
    changed: [],
    changedItems: [],
  };
  const publisher = publisherOf(new RecordingPool(), { store, first });
  await publisher.begin();
  await publisher.publish(documentOf("Second"));
  await publisher.publish(documentOf("Third"), { by: "anna", note: "Third time lucky." });
  assert.deepEqual(await store.list(), [
    { revision: 3, at: NOON, by: "anna", note: "Third time lucky." },
    { revision: 2, at: NOON, by: "administrator", note: null },
    { revision: 1, at: NOON, by: null, note: "What the node was started with." },
  ]);
});
