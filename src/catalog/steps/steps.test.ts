import assert from "node:assert/strict";
import { test } from "node:test";
import { type Random, seededRandom } from "../../../test/support/random.ts";
import { editDocument } from "../../../test/support/random-edits.ts";
import { randomProfile } from "../../../test/support/random-segment-rules.ts";
import { signalsOf } from "../../../test/support/random-trait-rules.ts";
import { DAY_MS } from "../../model/time.ts";
import { aDocument, aPartner, aSegment, aTrait, plant } from "../builders.ts";
import { compileSnapshot } from "../compile.ts";
import { readNextWorkspace } from "../read-workspace.ts";
import type { CatalogSnapshot, PartnerCatalog } from "../snapshot.ts";
import { takeStep } from "./take-step.ts";
import { MAX_CHANGES, StepBase, stepBetween } from "./workspace-step.ts";

const SECRET = new Uint8Array(32).fill(7);
const NOW = 20_000 * DAY_MS;
const TRAITS_AND_SEGMENTS = ["traits", "traits", "segments"];

const received = (document: unknown): Record<string, unknown> =>
  JSON.parse(JSON.stringify(document));

function aLargerDocument(): Record<string, unknown> {
  const document = received(aDocument());
  Object(document["traits"]).push(
    aTrait(5006, { traitType: "DATA_SOURCE_SYNCED_TRAIT", dataSourceId: 1001, folderId: 1 }),
    aTrait(5007, { traitRule: 'size == "1"', folderId: 2, ttl: 7 }),
  );
  Object(document["segments"]).push(aSegment(9003, "5002T", { status: "INACTIVE" }));
  return document;
}

test("a step leads to what compiling everything gives, whatever it changes of traits and segments", () => {
  const seen = { steps: 0, empty: 0 };
  for (let seed = 1; seed <= 120; seed += 1) {
    const random = seededRandom(seed);
    let document = aLargerDocument();
    let read = readNextWorkspace(document, null, null);
    assert.ok(read.ok);
    const base = new StepBase(read.value.workspace);
    const compiled = compileSnapshot(read.value.workspace, { secret: SECRET, revision: 1 });
    for (let revision = 2; revision < 8; revision += 1) {
      const edited = received(document);
      editDocument(random, edited, TRAITS_AND_SEGMENTS);
      const next = readNextWorkspace(edited, null, read.value.memory);
      if (!next.ok) continue;
      read = next;
      document = edited;
      const { workspace } = read.value;
      const step = stepBetween(base, workspace);
      assert.ok(step !== null, `seed ${seed}`);
      const expected = compileSnapshot(workspace, { secret: SECRET, revision });
      // As it arrives at a worker.
      const stepped = takeStep(compiled, structuredClone(step), revision);
      compareSnapshots(random, [stepped, expected], `seed ${seed}, revision ${revision}`);
      seen.steps += 1;
      if (step.partners.length === 0) seen.empty += 1;
    }
  }
  assert.ok(seen.steps > 150 && seen.steps > 3 * seen.empty, JSON.stringify(seen));
});

test("what a step starts from stays as it was", () => {
  const read = readNextWorkspace(aLargerDocument(), null, null);
  assert.ok(read.ok);
  const { workspace, memory } = read.value;
  const compiled = compileSnapshot(workspace, { secret: SECRET, revision: 1 });
  const edited = aLargerDocument();
  plant(edited, "/traits/0/traitRule", 'color == "red"');
  plant(edited, "/segments/0/status", "INACTIVE");
  const next = readNextWorkspace(edited, null, memory);
  assert.ok(next.ok);
  const step = stepBetween(new StepBase(workspace), next.value.workspace);
  assert.ok(step !== null);
  takeStep(compiled, step, 2);
  const again = compileSnapshot(workspace, { secret: SECRET, revision: 1 });
  compareSnapshots(seededRandom(1), [compiled, again], "the base");
});

test("a change of anything else, or of very much, is no step", () => {
  const changes: readonly ((document: Record<string, unknown>) => void)[] = [
    (document) => plant(document, "/settings/tcf/vendorId", 9),
    (document) => plant(document, "/partners/0/caseSensitiveTraits", true),
    (document) => Object(document["partners"]).push(aPartner(3000)),
    (document) => plant(document, "/dataSources/3/thirdParty", false),
    (document) => plant(document, "/folders/1/parentFolderId", 0),
    (document) => plant(document, "/destinations/0/ttl", 31),
    (document) => Object(document["idSyncs"]).pop(),
    (document) => {
      for (let n = 0; n <= MAX_CHANGES; n += 1) Object(document["traits"]).push(aTrait(30_000 + n));
    },
  ];
  for (const [number, change] of changes.entries()) {
    const read = readNextWorkspace(aLargerDocument(), null, null);
    assert.ok(read.ok);
    const edited = aLargerDocument();
    change(edited);
    const next = readNextWorkspace(edited, null, read.value.memory);
    assert.ok(next.ok, JSON.stringify(next));
    const step = stepBetween(new StepBase(read.value.workspace), next.value.workspace);
    assert.equal(step, null, `change ${number}`);
  }
});

type Both<T> = readonly [stepped: T, compiled: T];

function compareSnapshots(random: Random, snapshots: Both<CatalogSnapshot>, what: string): void {
  const [stepped, compiled] = snapshots;
  assert.equal(stepped.revision, compiled.revision, what);
  assert.deepEqual([...stepped.partnersById.keys()], [...compiled.partnersById.keys()]);
  for (const [pid, expected] of compiled.partnersById) {
    const partner = stepped.partnersById.get(pid);
    assert.ok(partner !== undefined, what);
    const names = ["partnersByAlias", "partnersByHostname", "partnersByOrgId"] as const;
    for (const name of names) {
      const found = [...stepped[name].values()].filter((each) => each.pid === pid);
      assert.ok(
        found.every((each) => each === partner),
        what,
      );
    }
    comparePartners(random, [partner, expected], what);
  }
}

function comparePartners(random: Random, [partner, expected]: Both<PartnerCatalog>, what: string) {
  const facts = ({
    traits,
    segments,
    pausedSegments,
    mergeNeeds,
    historyDays,
  }: PartnerCatalog) => ({
    ...{ traits: sorted(traits), segments: sorted(segments), mergeNeeds, historyDays },
    pausedSegments: [...pausedSegments].sort(),
  });
  assert.deepEqual(facts(partner), facts(expected), what);
  for (let n = 0; n < 8; n += 1) {
    const signals = signalsOf(randomPairs(random));
    const from = random.chance(0.8) ? null : random.pick([...partner.dataSources.keys()]);
    assert.deepEqual(
      partner.traitIndex.realized(signals, from),
      expected.traitIndex.realized(signals, from),
      what,
    );
  }
  const groups = (of: PartnerCatalog) =>
    of.segmentGroups.toSorted((a, b) => a.mergeRule.mergeRuleId - b.mergeRule.mergeRuleId);
  const [mine, theirs] = [groups(partner), groups(expected)];
  const rules = (of: typeof mine) => of.map(({ mergeRule }) => mergeRule);
  assert.deepEqual(rules(mine), rules(theirs), what);
  const traits = [...expected.traits.keys()].filter((sid) => sid > 5_000);
  for (let n = 0; n < 6 && traits.length > 0; n += 1) {
    const size = random.below(traits.length + 1);
    const profile = randomProfile(random, { traits, size, now: NOW, oldestDays: 40 });
    for (const [place, { index }] of mine.entries()) {
      const other = theirs[place]?.index;
      assert.deepEqual(
        index.qualified(profile, NOW).segments,
        other?.qualified(profile, NOW).segments,
      );
      for (const sid of expected.segments.keys()) {
        const proofs = [index, other].map((each) => each?.explain(sid, profile, NOW));
        assert.deepEqual(proofs[0], proofs[1], what);
      }
    }
  }
}

function sorted<Key extends number, T>(map: ReadonlyMap<Key, T>): [Key, T][] {
  return [...map].sort(([a], [b]) => a - b);
}

function randomPairs(random: Random): [string, string][] {
  const pairs: readonly [string, string][] = [
    ...([
      ["color", "blue"],
      ["color", "red"],
      ["price", "150"],
      ["price", "50"],
    ] as const),
    ...([
      ["size", "1"],
      ["a", "abc"],
      ["c_ad", "1"],
      ["c_x", "1"],
    ] as const),
  ].map(([key, value]) => [key, value]);
  return pairs.filter(() => random.chance(0.4));
}
