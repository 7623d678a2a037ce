// What a scan over every engine must do.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  CRM,
  deviceId,
  deviceKey,
  linkOf,
  NOON,
  PARTNER,
  profileChange,
} from "../../test/support/visitors.ts";
import { asDataSourceId, asPartnerId, asTraitId } from "../model/ids.ts";
import type { ProfileScan, ScannedProfiles, ScannedStore, ScanOwner } from "./profile-scan.ts";
import { RecordSkimmer, WantedTraits } from "./skim-record.ts";
import type { ProfileKey } from "./store.ts";

const TRAIT = asTraitId(5001);
const DEVICES: ScannedProfiles = { kind: "devices", pid: PARTNER };
const CUSTOMERS: ScannedProfiles = { kind: "declared", dataSourceId: CRM };
/** Longer than a page of any engine. */
const MANY = 12_000;

export interface ScannedStoreUnderTest {
  /** A store that holds nothing yet. */
  open(): Promise<ScannedStore>;
}

export function describeProfileScan(name: string, subject: ScannedStoreUnderTest): void {
  const withStore = (use: (store: ScannedStore) => Promise<void>) => async (): Promise<void> => {
    const store = await subject.open();
    try {
      await use(store);
    } finally {
      await store.close();
    }
  };

  describe(`a scan of profiles: ${name}`, () => {
    it(
      "visits nobody where nobody is stored",
      withStore(async ({ scan }) => {
        assert.deepEqual(await scanAll(scan, DEVICES), []);
        const basis = await sampleOf(scan, DEVICES, 100);
        assert.deepEqual(basis, { population: 0, visited: 0, isWhole: true, seen: 0 });
      }),
    );

    it(
      "visits each device of a partner once, page by page, as it is stored",
      withStore(async (store) => {
        await fill(store, MANY);
        await store.commit([
          { ...profileChange(1), key: { ...keyOf(1), pid: asPartnerId(2) } },
          { ...profileChange(2), key: { ...keyOf(2), pid: asPartnerId(200) } },
        ]);
        const visited = await scanAll(store.scan, DEVICES);
        const devices = visited.map(({ owner }) => store.scan.deviceOf(owner)).sort();
        const all = Array.from({ length: MANY }, (_, place) => deviceId(place + 1)).sort();
        assert.deepEqual(devices, all);
        for (const { lastSeen, sids } of visited) {
          assert.deepEqual([lastSeen, sids], [NOON, [TRAIT]]);
        }
        const others = await scanAll(store.scan, { kind: "devices", pid: asPartnerId(200) });
        assert.deepEqual(
          others.map(({ owner }) => store.scan.deviceOf(owner)),
          [deviceId(2)],
        );
      }),
    );

    it(
      "visits each declared ID of a data source, however long",
      withStore(async (store) => {
        const ids = ["jane", "x", "ж".repeat(900), "}p1", "a:b", "x".repeat(64), "x".repeat(1_024)];
        for (const [place, id] of ids.entries()) {
          await store.commit([{ ...profileChange(1, NOON + place), key: customer(id) }]);
        }
        await store.commit([
          profileChange(1),
          { ...profileChange(1), key: { ...customer("jane"), dataSourceId: asDataSourceId(100) } },
        ]);
        const visited = await scanAll(store.scan, CUSTOMERS);
        assert.deepEqual(
          visited.map(({ lastSeen }) => lastSeen - NOON).sort(),
          ids.map((_, place) => place),
        );
      }),
    );

    it(
      "knows who is linked, and who has opted out",
      withStore(async (store) => {
        await fill(store, 3);
        await store.commit([{ ...profileChange(1), key: customer("x".repeat(200)) }]);
        const long = { kind: "declared", dataSourceId: CRM, id: "x".repeat(200) } as const;
        const optOut = { kind: "opt-out", pid: PARTNER, reason: "request", at: NOON } as const;
        await store.commitVisit({
          profiles: [],
          guard: null,
          identities: [
            linkOf(2, "jane", { state: 1 }),
            { ...optOut, key: deviceKey(3) },
            { ...optOut, key: long },
          ],
        });
        const devices = await scanAll(store.scan, DEVICES);
        const owners = devices.map(({ owner }) => owner);
        const identities = await store.scan.identitiesOf(DEVICES, owners);
        const known = owners.map((owner, place) => [
          Number(store.scan.deviceOf(owner)),
          identities[place]?.links.length,
          identities[place]?.optOuts.length,
        ]);
        assert.deepEqual(known.sort(), [
          [1, 0, 0],
          [2, 1, 0],
          [3, 0, 1],
        ]);
        const [customerOwner] = (await scanAll(store.scan, CUSTOMERS)).map(({ owner }) => owner);
        assert.ok(customerOwner);
        const [identity] = await store.scan.identitiesOf(CUSTOMERS, [customerOwner]);
        assert.equal(identity?.optOuts.length, 1);
      }),
    );

    it(
      "samples all of a few, and of many some in runs, each with the same chance",
      withStore(async (store) => {
        await fill(store, 50);
        const few = await sampleOf(store.scan, DEVICES, 100);
        assert.deepEqual(few, { population: 50, visited: 50, isWhole: true, seen: 50 });
        await fill(store, MANY);
        const some = await sampleOf(store.scan, DEVICES, 1_000);
        assert.equal(some.visited, some.seen);
        if (!some.isWhole) assert.ok(some.visited >= 500 && some.visited <= MANY / 2);
        assert.ok(some.population > 0.9 * MANY && some.population < 1.1 * MANY);
      }),
    );
  });
}

interface Visited {
  readonly owner: ScanOwner;
  readonly lastSeen: number;
  readonly sids: readonly number[];
}

async function scanAll(scan: ProfileScan, of: ScannedProfiles): Promise<Visited[]> {
  const skimmer = new RecordSkimmer(new WantedTraits([TRAIT]));
  const visited: Visited[] = [];
  let page = { next: null, visited: 0, share: 0 } as Awaited<ReturnType<ProfileScan["next"]>>;
  let share = 0;
  do {
    const before = visited.length;
    page = await scan.next(of, page.next, ({ bytes, begin, end, owner }) => {
      skimmer.skim(bytes, begin, end);
      const { lastSeen, traits } = skimmer;
      visited.push({ owner: owner(), lastSeen, sids: traits.map(({ sid }) => sid) });
    });
    assert.equal(page.visited, visited.length - before);
    share += page.share;
  } while (page.next !== null);
  assert.ok(share <= 1.1);
  return visited;
}

async function sampleOf(scan: ProfileScan, of: ScannedProfiles, wanted: number) {
  let seen = 0;
  const basis = await scan.sample(of, {
    ...{ wanted, random: Math.random },
    visit: () => {
      seen++;
    },
    endRun: async () => {},
  });
  return { ...basis, seen };
}

async function fill(store: ScannedStore, count: number): Promise<void> {
  const changes = Array.from({ length: count }, (_, place) => profileChange(place + 1));
  for (let at = 0; at < count; at += 500) {
    await Promise.all(changes.slice(at, at + 500).map((change) => store.commit([change])));
  }
}

function keyOf(device: number) {
  return { kind: "device", pid: PARTNER, device: deviceId(device) } as const;
}

function customer(id: string): ProfileKey & { readonly kind: "declared" } {
  return { kind: "declared", dataSourceId: CRM, id };
}
