// A store whose every state is known, and a process that opens damaged copies of it. For each copy it
// says whether the store was refused, and what it read that nobody had written. Run as
// `node damaged-store.ts <JSON of a Batch>`; writes a line when it begins a copy and one when it is done.

import { createHash } from "node:crypto";
import { cpSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { IdentityKey } from "../../src/model/identity.ts";
import { asDataSourceId, asTraitId } from "../../src/model/ids.ts";
import type { ProfileChange, ProfileKey } from "../../src/profiles/store.ts";
import {
  DEFINITIONS_FILE,
  type Environment,
  openEnvironment,
  PROFILES_FILE,
} from "../../src/stores/lmdb/environment.ts";
import { LmdbControlStore } from "../../src/stores/lmdb/lmdb-control-store.ts";
import { LmdbDefinitionStore } from "../../src/stores/lmdb/lmdb-definition-store.ts";
import { LmdbVisitorStore } from "../../src/stores/lmdb/lmdb-visitor-store.ts";
import { StoreUnusable } from "../../src/stores/lmdb/store-errors.ts";
import { type Damage, damageFile } from "./file-damage.ts";
import { customerKey, deviceKey, linkOf, NOON, profileKey } from "./visitors.ts";

export interface Batch {
  /** Holds the stores of `buildStore`. */
  readonly folder: string;
  /** Where copies are made, one at a time. */
  readonly scratch: string;
  readonly damages: readonly Damage[];
}

export interface Outcome {
  readonly seed: number;
  readonly kind: string;
  /** What the refusal says; null where the store was opened. */
  readonly refused: string | null;
  /** Reads and commits that failed with an error. */
  readonly errors: readonly string[];
  /** What was read and never written, or written to somebody else. */
  readonly garbage: readonly string[];
  /** Known visitors that were not found. */
  readonly lost: number;
}

const DEVICES = 700;
const CUSTOMERS = 120;
const ROUNDS = 3;
/** Their records take pages of their own. */
const LONG_PROFILES = 4;
const LONG_TRAITS = 900;
const RECORDS = 200;
/** After which the older copy is made. */
const ROUND_OF_OLD = 1;
const GRAPH = asDataSourceId(900);
const ALL_FILES = [PROFILES_FILE, DEFINITIONS_FILE];

/** Digests of what a key may be found to hold; the first is that of nothing. */
type States = Record<string, string[]>;

/** Of what `LmdbVisitorStore` does not give. */
interface Beside {
  readonly definitions: LmdbDefinitionStore;
  readonly control: LmdbControlStore;
}

function besideIn(environment: Environment): Beside {
  return {
    definitions: new LmdbDefinitionStore(environment),
    control: new LmdbControlStore(environment),
  };
}

/** Makes `now` and, an earlier copy of it, `old`; and `states.json`. */
export async function buildStore(folder: string): Promise<void> {
  const now = join(folder, "now");
  const states: States = {};
  for (let round = 0; round <= ROUNDS; round++) {
    const environment = openEnvironment({ folder: now, durability: "commit" });
    const store = new LmdbVisitorStore(environment);
    const beside = besideIn(environment);
    if (round > 0) await writeRound(store, beside, round);
    for (const { name, digest } of await readAll(store, beside)) {
      const known = (states[name] ??= []);
      if (digest instanceof Error) throw digest;
      if (!known.includes(digest)) known.push(digest);
    }
    await store.close();
    if (round === ROUND_OF_OLD) cpSync(now, join(folder, "old"), { recursive: true });
  }
  writeFileSync(join(folder, "states.json"), JSON.stringify(states));
}

async function writeRound(
  store: LmdbVisitorStore,
  { definitions, control }: Beside,
  round: number,
): Promise<void> {
  const at = NOON + round * 60_000;
  const numbers = Array.from({ length: DEVICES }, (_, place) => 1 + place);
  await Promise.all(numbers.map((number) => store.commit([changeOf(number, at, round)])));
  for (let place = 0; place < CUSTOMERS; place++) {
    const id = `customer-${place}`;
    const change = linkOf(1 + place, id, { at: at + place });
    const declared: ProfileChange = {
      key: { kind: "declared", dataSourceId: asDataSourceId(1001), id },
      delta: changeOf(1 + place, at, round).delta,
    };
    await store.commitVisit({ profiles: [declared], identities: [change], guard: null });
  }
  for (let place = 0; place < 30; place++) {
    await store.denials.add({ key: deviceKey(round * 100 + place), until: null });
  }
  const clusters = [1, 2, 3, 4].map((place) => [
    ...[0, 1, 2].map((at) => deviceKey(place * 10 * round + at).device),
  ]);
  await store.graphs.replace(GRAPH, clusters);
  await definitions.publish({ revision: round, document: documentOf(round), at, by: "anna" });
  await control.write(
    Array.from({ length: RECORDS }, (_, place) => ({
      ...{ kind: "object", id: `traits/${place}`, value: { round, place } },
    })),
  );
}

/** Everybody's differs: a record that is found for another one is noticed. */
function changeOf(number: number, at: number, round: number): ProfileChange {
  const count = number <= LONG_PROFILES ? LONG_TRAITS : 1 + (number % 9);
  const realized = Array.from({ length: count }, (_, place) => ({
    sid: asTraitId(1 + number + place * (7 + round)),
    ttlDays: 120,
  }));
  const delta = { at: at + number, realized, gained: [], lost: [], foldBeforeDay: 0 };
  return { key: profileKey(number), delta };
}

function documentOf(round: number): string {
  const rules = Array.from({ length: 400 }, (_, place) => ({
    sid: place,
    rule: `k == "${round}"`,
  }));
  return JSON.stringify({ revision: round, rules });
}

interface Found {
  readonly name: string;
  readonly digest: string | Error;
}

async function readAll(
  store: LmdbVisitorStore,
  { definitions, control }: Beside,
): Promise<readonly Found[]> {
  const found: Found[] = [];
  const note = async (name: string, read: () => Promise<unknown>): Promise<void> => {
    found.push({ name, digest: await read().then(digestOf, asError) });
  };
  for (const key of profileKeys()) {
    await note(`profile ${nameOf(key)}`, () => store.load([key]));
  }
  for (const key of identityKeys()) {
    await note(`identity ${nameOf(key)}`, () => store.loadIdentities([key]));
  }
  for (const round of [1, 2, 3]) {
    for (let place = 0; place < 30; place++) {
      const key = deviceKey(round * 100 + place);
      await note(`denial ${nameOf(key)}`, () => store.denials.areDenied([key], NOON));
    }
  }
  for (let number = 10; number < 130; number++) {
    const { device } = deviceKey(number);
    await note(`cluster ${device}`, () => store.graphs.clusterOf(GRAPH, device));
  }
  for (let place = 0; place < RECORDS; place++) {
    await note(`record ${place}`, async () => {
      return (await control.read("object", `traits/${place}`))?.value ?? null;
    });
  }
  await note("definitions", () => definitions.latest());
  await note("revisions", () => definitions.list());
  return found;
}

function profileKeys(): readonly ProfileKey[] {
  return [
    ...Array.from({ length: DEVICES }, (_, place) => profileKey(1 + place)),
    ...Array.from({ length: CUSTOMERS }, (_, place) => ({
      ...({
        kind: "declared",
        dataSourceId: asDataSourceId(1001),
        id: `customer-${place}`,
      } as const),
    })),
  ];
}

function identityKeys(): readonly IdentityKey[] {
  return Array.from({ length: CUSTOMERS }, (_, place) => [
    deviceKey(1 + place),
    customerKey(`customer-${place}`),
  ]).flat();
}

function nameOf(key: ProfileKey | IdentityKey): string {
  return key.kind === "device" ? `device ${Number(key.device)}` : key.id;
}

function digestOf(value: unknown): string {
  return createHash("sha1").update(JSON.stringify(value)).digest("base64").slice(0, 10);
}

function asError(fault: unknown): Error {
  return fault instanceof Error ? fault : new Error(String(fault));
}

async function openDamaged({ folder, scratch }: Batch, damage: Damage): Promise<Outcome> {
  const states = JSON.parse(readFileSync(join(folder, "states.json"), "utf8")) as States;
  rmSync(scratch, { recursive: true, force: true });
  cpSync(join(folder, "now"), scratch, { recursive: true });
  const file = ALL_FILES[damage.file] ?? PROFILES_FILE;
  damageFile(join(scratch, file), join(folder, "old", file), damage);
  const about = { seed: damage.seed, kind: `${damage.kind} of ${file}` };
  const seen = { errors: new Set<string>(), garbage: new Set<string>(), lost: 0 };
  let environment: Environment;
  // The second time shows what the first one's commits made of it.
  for (const time of [1, 2]) {
    try {
      environment = openEnvironment({ folder: scratch, durability: "commit", checksFiles: true });
    } catch (fault) {
      const refusal = asError(fault);
      const isClear = refusal instanceof StoreUnusable && refusal.message.includes(file);
      if (!isClear) seen.garbage.add(`unclear refusal: ${refusal.stack}`);
      if (time === 1) return shown({ ...about, ...seen, refused: refusal.message });
      seen.garbage.add(`its own commits made it unusable: ${refusal.message}`);
      break;
    }
    await work(environment, states, seen);
  }
  return shown({ ...about, ...seen, refused: null });
}

interface Seen {
  readonly errors: Set<string>;
  readonly garbage: Set<string>;
  lost: number;
}

async function work(environment: Environment, states: States, seen: Seen): Promise<void> {
  const store = new LmdbVisitorStore(environment);
  const beside = besideIn(environment);
  const look = async (when: string): Promise<void> => {
    for (const { name, digest } of await readAll(store, beside)) {
      const known = states[name] ?? [];
      if (digest instanceof Error) seen.errors.add(`${digest.name}: ${digest.message}`);
      else if (!known.includes(digest)) seen.garbage.add(`${name} ${when}`);
      else if (known.length > 1 && digest === known[0]) seen.lost++;
    }
  };
  await look("at the start");
  // Strangers, so that what is known of the others stays what it was.
  const strangers = Array.from({ length: 200 }, (_, place) => 100_000 + place * 37);
  const commits = strangers.map((number) => store.commit([changeOf(number, NOON, 1)]));
  for (const outcome of await Promise.allSettled(commits)) {
    if (outcome.status === "rejected") seen.errors.add(asError(outcome.reason).message);
  }
  await look("after commits");
  await store.close();
}

function shown(outcome: Omit<Outcome, "errors" | "garbage"> & Seen): Outcome {
  return { ...outcome, errors: [...outcome.errors], garbage: [...outcome.garbage].slice(0, 5) };
}

// What a test made.
if (import.meta.main) {
  const batch = JSON.parse(process.argv[2] ?? "") as Batch;
  for (const damage of batch.damages) {
    writeSync(1, `begin ${damage.seed}\n`);
    writeSync(1, `${JSON.stringify(await openDamaged(batch, damage))}\n`);
  }
}
