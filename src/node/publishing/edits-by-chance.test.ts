// Changes of objects by chance, of every resource and by callers of every kind, through the desk and the publisher
// of a node, without its processes. What holds after each of them is what an operator counts on.

import assert from "node:assert/strict";
import { test } from "node:test";
import { plausibleBody } from "../../../test/support/hostile-management.ts";
import { type Random, seededRandom } from "../../../test/support/random.ts";
import { type Caller, INSTALLATION_ADMINISTRATOR } from "../../access/caller.ts";
import { buildRights } from "../../access/rights.ts";
import type { StoredGroup } from "../../access/stored-values.ts";
import { type PublicationRequest, preparePublication } from "../../admin/prepare-publication.ts";
import { ALL_KINDS, schemaOf } from "../../admin/resources/all-kinds.ts";
import { planCreation, planDeletion, planUpdate } from "../../admin/resources/change-resources.ts";
import type { Asker, ChangeOutcome } from "../../admin/resources/definition-desk.ts";
import { findResource } from "../../admin/resources/read-resources.ts";
import type { IdSpace } from "../../admin/resources/resource-kind.ts";
import { aDocument } from "../../catalog/builders.ts";
import { LIST_IDS, type ListName } from "../../catalog/document-keys.ts";
import { printWorkspace } from "../../catalog/print-workspace.ts";
import { readWorkspace } from "../../catalog/read-workspace.ts";
import { ALONE } from "../../group/turns.ts";
import type { Log } from "../../ops/log.ts";
import { MemoryControlStore } from "../../stores/memory/memory-control-store.ts";
import { MemoryDefinitionStore } from "../../stores/memory/memory-definition-store.ts";
import type { AnswerTo, OrderKind } from "../messages.ts";
import type { Asked } from "../worker-process.ts";
import { StoreFollower } from "./follow-store.ts";
import { PublishedDesk } from "./published-desk.ts";
import { Publisher } from "./publisher.ts";
import { recordsOfRevision } from "./revision-records.ts";
import { ServedDefinitions } from "./served-definitions.ts";

const SEEDS = 15;
const CHANGES = 100;
const PID = 1957;

type Kind = (typeof ALL_KINDS)[number];

const SILENT: Log = {
  ...{ debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, fault: () => {} },
};

/** Workers that take over whatever they are told. */
const WILLING = {
  async askEveryone<Name extends OrderKind>(): Promise<Asked<AnswerTo[Name]>[]> {
    const done: Asked<null>[] = [{ kind: "answered", answer: null }];
    // All that a publisher orders is answered with null.
    return done as Asked<AnswerTo[Name]>[];
  },
};

interface Bench {
  readonly publisher: Publisher;
  readonly desk: PublishedDesk;
  /** Another desk over the same definitions and records, which has seen none of the changes. */
  another(): PublishedDesk;
}

async function openBench(): Promise<Bench> {
  const control = new MemoryControlStore();
  const store = new MemoryDefinitionStore(control);
  const first = { publication: null, isStored: true, changed: [], changedItems: [] };
  const prepare = async (request: PublicationRequest) => preparePublication(request);
  const served = new ServedDefinitions(WILLING, first);
  const follower = new StoreFollower({ store, served, prepare });
  let now = Date.UTC(2026, 0, 15);
  const clock = () => now++;
  const options = { store, served, follower, prepare, turns: ALONE, log: SILENT, now: clock };
  const publisher = new Publisher(
    { ...options, recordsOf: (changes, origin) => recordsOfRevision(control, changes, origin) },
    first,
  );
  await publisher.begin();
  const published = await publisher.publish(JSON.stringify(aDocument()));
  assert.equal(published.kind, "published");
  const another = () => new PublishedDesk({ publisher, control, domain: "x.example", now: clock });
  return { publisher, desk: another(), another };
}

const GROUP: StoredGroup = {
  ...{ groupId: 1, pid: PID, name: "Site", description: "", wildcards: ["VIEW_ALL_TRAITS"] },
  permissions: [
    { objectType: "TRAIT", objectId: 1002, permissions: ["READ", "WRITE", "CREATE", "DELETE"] },
  ],
  ...{ createTime: 0, updateTime: 0 },
};

const callerWith = (name: string, rights: Caller["rights"]): Caller => {
  return { kind: "user", id: name, name, userId: 7, rights };
};

const CALLERS: readonly Caller[] = [
  ...["administrator", "administrator", "editor", "editor", "viewer"].map((role) =>
    // Each is one of the roles.
    callerWith(
      role,
      buildRights({
        isInstallationAdministrator: false,
        roles: [{ pid: PID, role: role as "editor" }],
      }),
    ),
  ),
  callerWith("group", buildRights({ isInstallationAdministrator: false, roles: [] }, [GROUP])),
  INSTALLATION_ADMINISTRATOR,
];

/** Every object of a document, by its list and ID. */
function objectsOf(document: string): ReadonlyMap<string, Readonly<Record<string, unknown>>> {
  const parsed = JSON.parse(document);
  // The table has a row for each list and nothing else.
  const lists = Object.keys(LIST_IDS) as ListName[];
  return new Map(
    lists.flatMap((list) =>
      parsed[list].map((item: Record<string, unknown>) => [
        `${list}/${item[LIST_IDS[list]]}`,
        item,
      ]),
    ),
  );
}

/** IDs of what there is, for bodies and paths. */
function idsOf(document: string): ReadonlyMap<string, readonly string[]> {
  return new Map([["", [...objectsOf(document).keys()].map((key) => key.split("/")[1] ?? "")]]);
}

function someIdOf(random: Random, kind: Kind, document: string): string {
  const own = [...objectsOf(document)].filter(([key]) => key.startsWith(`${kind.list}/`));
  const others = random.chance(0.1) || own.length === 0;
  return others ? String(random.below(10_000)) : (random.pick(own)[0].split("/")[1] ?? "");
}

interface Tried {
  readonly what: "create" | "update" | "delete";
  readonly kind: Kind;
  readonly asker: Asker;
  readonly outcome: ChangeOutcome;
}

async function tryOne(random: Random, { desk, publisher }: Bench): Promise<Tried> {
  const kind = random.pick(ALL_KINDS);
  const caller = random.pick(CALLERS);
  const asker = { caller, pid: kind.ownedBy === "installation" ? 0 : PID };
  const document = publisher.currentDocument();
  const noise = random.pick([0, 0, 0.02, 0.1]);
  const body = plausibleBody(schemaOf(kind), { random, ids: idsOf(document), noise });
  const what = random.pick(["create", "create", "update", "update", "delete"] as const);
  const given = someIdOf(random, kind, document);
  const outcome = await desk.change(asker, (context) => {
    if (what === "create") return planCreation(kind, body, context);
    if (what === "delete") {
      const others = random.chance(0.2) ? [someIdOf(random, kind, document)] : [];
      return planDeletion(kind, { given: [given, ...others], ifMatch: null }, context);
    }
    const found = findResource(kind, { given, query: {} }, context);
    const shown = found.ok ? Object.entries(found.value.shown) : [];
    const merged = {
      ...Object.fromEntries(shown.filter(() => random.chance(0.98))),
      ...some(random, body),
    };
    return planUpdate(kind, { given, body: merged, ifMatch: null }, context);
  });
  return { what, kind, asker, outcome };
}

/** A key or two of it. */
function some(random: Random, body: unknown): object {
  const entries = Object.entries(Object(body));
  return Object.fromEntries(entries.filter(() => random.chance(1.5 / Math.max(1, entries.length))));
}

/** Whose objects a caller may change at all. */
function assertWithinRights(
  { kind, asker }: Tried,
  changed: readonly object[],
  where: string,
): void {
  const { caller, pid } = asker;
  const { rights } = caller;
  assert.notEqual(rights.roleWith(pid), "viewer", where);
  for (const item of changed) {
    if (kind.ownedBy === "installation") assert.ok(rights.isInstallationAdministrator, where);
    else assert.equal(Reflect.get(item, "pid"), PID, where);
    if (caller.name === "group") assert.equal(Reflect.get(item, "dataSourceId"), 1002, where);
  }
}

/** The desk that saw every change knows what one knows that reads everything anew. */
async function assertTwins({ desk, another }: Bench, where: string): Promise<void> {
  const asker = { caller: INSTALLATION_ADMINISTRATOR, pid: PID };
  const [seen, anew] = [await desk.read(asker), await another().read(asker)];
  assert.equal(seen.view.revision, anew.view.revision, where);
  assert.deepEqual(seen.view.workspace, anew.view.workspace, where);
  const spaces: readonly IdSpace[] = ["sid", "mappings", "folders", "dataSources", "idSyncs"];
  for (const kind of ALL_KINDS) {
    for (const item of anew.view.workspace[kind.list]) {
      const id = Number(Reflect.get(item, LIST_IDS[kind.list]));
      assert.deepEqual(seen.recordOf(kind.list, id), anew.recordOf(kind.list, id), where);
    }
  }
  for (const space of spaces) assert.equal(seen.newId(space), anew.newId(space), where);
}

async function assertSendingBackChangesNothing(
  { desk, publisher }: Bench,
  { kind, asker, outcome }: Tried,
  where: string,
) {
  if (outcome.kind !== "changed" || outcome.target === null) return;
  const all = { ...asker, caller: INSTALLATION_ADMINISTRATOR };
  const given = String(outcome.target.id);
  const found = findResource(kind, { given, query: {} }, await desk.read(all));
  assert.ok(found.ok, where);
  const before = publisher.current?.revision;
  const body = JSON.parse(JSON.stringify(found.value.shown));
  const again = await desk.change(all, (context) =>
    planUpdate(kind, { given, body, ifMatch: null }, context),
  );
  assert.equal(again.kind, "changed", `${where}: ${JSON.stringify(again)}`);
  assert.equal(publisher.current?.revision, before, where);
}

async function assertDeletionTakesBack(
  { desk, publisher }: Bench,
  { kind, asker, outcome }: Tried,
  { before, where }: { readonly before: string; readonly where: string },
) {
  if (outcome.kind !== "changed" || outcome.target === null) return;
  const given = [String(outcome.target.id)];
  const all = { ...asker, caller: INSTALLATION_ADMINISTRATOR };
  const gone = await desk.change(all, (context) =>
    planDeletion(kind, { given, ifMatch: null }, context),
  );
  assert.equal(gone.kind, "changed", where);
  assert.deepEqual(JSON.parse(publisher.currentDocument()), JSON.parse(before), where);
}

type Objects = ReturnType<typeof objectsOf>;

/** What the objects of a node have been, from its first document on. */
class History {
  readonly #owners = new Map<string, unknown>();

  constructor(objects: Objects) {
    for (const [key, { pid }] of objects) this.#owners.set(key, pid);
  }

  /** No ID is given twice, and nothing moves to another partner. */
  follow(was: Objects, is: Objects, where: string): void {
    for (const [key, { pid }] of is) {
      if (was.has(key)) assert.equal(pid, this.#owners.get(key), `${where}: ${key} has moved`);
      else assert.ok(!this.#owners.has(key), `${where}: ${key} was there before`);
      this.#owners.set(key, pid);
    }
  }
}

function changedKeys(was: Objects, is: Objects): readonly string[] {
  return [...new Set([...was.keys(), ...is.keys()])].filter(
    (key) => JSON.stringify(was.get(key)) !== JSON.stringify(is.get(key)),
  );
}

/** It can be read, and is as it would be written. */
function assertWhole(document: string, where: string): void {
  const read = readWorkspace(JSON.parse(document));
  assert.ok(read.ok, `${where}: ${read.ok ? "" : JSON.stringify(read.error)}`);
  const printed = JSON.parse(JSON.stringify(printWorkspace(read.value.workspace)));
  assert.deepEqual(printed, JSON.parse(document), where);
}

const carriedOut = new Set<string>();

for (let seed = 1; seed <= SEEDS; seed++) {
  test(`changes by chance leave what operators count on (seed ${seed})`, async () => {
    const random = seededRandom(seed);
    const bench = await openBench();
    const { publisher } = bench;
    const history = new History(objectsOf(publisher.currentDocument()));
    for (let round = 1; round <= CHANGES; round++) {
      const [before, revision] = [publisher.currentDocument(), publisher.current?.revision ?? 0];
      const tried = await tryOne(random, bench);
      const { kind, what, asker, outcome } = tried;
      const where = `seed ${seed}, round ${round}: ${asker.caller.name} ${what} ${kind.noun}`;
      const after = publisher.currentDocument();
      if (outcome.kind !== "changed") {
        assert.deepEqual([outcome.kind, after], ["refused", before], where);
        continue;
      }
      carriedOut.add(`${what} ${kind.path}`);
      assert.ok((publisher.current?.revision ?? 0) <= revision + 1, where);
      assertWhole(after, where);
      const [was, is] = [objectsOf(before), objectsOf(after)];
      const changed = changedKeys(was, is);
      const items = changed.flatMap((key) => [was.get(key) ?? [], is.get(key) ?? []].flat());
      assertWithinRights(tried, items, where);
      history.follow(was, is, where);
      await assertTwins(bench, where);
      await assertSendingBackChangesNothing(bench, tried, where);
      if (what !== "create" || changed.length > 1 || random.chance(0.5)) continue;
      await assertDeletionTakesBack(bench, tried, { before, where });
      await assertTwins(bench, where);
    }
  });
}

test("what was tried was carried out, of nearly every kind", () => {
  for (const what of ["create", "update", "delete"]) {
    const kinds = [...carriedOut].filter((line) => line.startsWith(what));
    assert.ok(kinds.length >= (what === "delete" ? 6 : 8), kinds.join());
  }
});
