import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../../../../test/support/random.ts";
import { storeFolder } from "../../../../test/support/store-folder.ts";
import { newDeviceId } from "../../../identity/new-device-id.ts";
import { asPartnerId, type DeviceId, parseDeviceId } from "../../../model/ids.ts";
import { DAY_MS } from "../../../model/time.ts";
import { encodeRecord } from "../../../profiles/record.ts";
import { RecordSkimmer, WantedTraits } from "../../../profiles/skim-record.ts";
import { type Environment, openEnvironment } from "../environment.ts";
import { storedKey } from "../profile-key.ts";
import { LmdbProfileScan } from "./lmdb-profile-scan.ts";
import { RecordCursor } from "./record-cursor.ts";
import { sampleByKey } from "./sample-by-key.ts";

const PID = asPartnerId(1957);
const OF = { kind: "devices", pid: PID } as const;
const NOON = 20_000 * DAY_MS + DAY_MS / 2;
const COUNT = 220_000;

/** The first tenth of those that are given was seen a day earlier. */
async function environmentOf(devices: readonly DeviceId[], pid = PID): Promise<Environment> {
  const environment = openEnvironment({ folder: storeFolder(), durability: "commit" });
  const [early, late] = [NOON - DAY_MS, NOON].map((lastSeen) =>
    encodeRecord({ lastSeen, traits: [], membership: [] }),
  );
  assert.ok(early && late);
  for (let at = 0; at < devices.length; at += 20_000) {
    await environment.commit(() => {
      for (const [place, device] of devices.slice(at, at + 20_000).entries()) {
        const { bytes } = storedKey({ kind: "device", pid, device });
        environment.profilesOfDevices.put(bytes, at + place < devices.length / 10 ? early : late);
      }
    });
  }
  return environment;
}

function randomDevices(seed: number): DeviceId[] {
  const random = seededRandom(seed);
  const bytes = (count: number) => Uint8Array.from({ length: count }, () => random.below(256));
  return Array.from({ length: COUNT }, () => newDeviceId(bytes));
}

/** Three quarters of them one after the other, as somebody might number their own devices. */
function clusteredDevices(): DeviceId[] {
  const random = randomDevices(5);
  return random.map((device, place) => {
    const numbered = parseDeviceId(`${10 ** 9 + place}`.padStart(19, "0") + "1".repeat(19));
    return place % 4 === 0 || numbered === null ? device : numbered;
  });
}

/** The share of those seen a day earlier, over many samples, and what the last one was based on. */
async function sampledShare(environment: Environment) {
  const scan = new LmdbProfileScan(environment);
  const skimmer = new RecordSkimmer(new WantedTraits([]));
  const random = seededRandom(9);
  let visited = 0;
  let early = 0;
  let basis = { population: 0, visited: 0, isWhole: true };
  for (let draw = 0; draw < 40; draw++) {
    basis = await scan.sample(OF, {
      ...{ wanted: 10_000, random: () => random.next(), endRun: async () => {} },
      visit: ({ bytes, begin, end }) => {
        skimmer.skim(bytes, begin, end);
        visited++;
        if (skimmer.lastSeen < NOON) early++;
      },
    });
  }
  return { share: early / visited, basis };
}

function isSampledByKey(environment: Environment): Promise<boolean> {
  const cursor = new RecordCursor(environment.profilesOfDevices, "devices");
  return sampleByKey(cursor, OF, {
    ...{ wanted: 10_000, random: Math.random, visit: () => {}, endRun: async () => {} },
  }).then((basis) => basis !== null);
}

test("random IDs are sampled by their numbers, without bias", async () => {
  const environment = await environmentOf(randomDevices(3));
  assert.equal(await isSampledByKey(environment), true);
  const { share, basis } = await sampledShare(environment);
  assert.ok(Math.abs(share - 0.1) < 0.004, `${share}`);
  assert.deepEqual([basis.population, basis.isWhole], [COUNT, false]);
  assert.ok(basis.visited > 9_000 && basis.visited <= 10_000);
  await environment.close();
});

test("IDs that do not lie evenly are sampled by their ranks, without bias", async () => {
  const environment = await environmentOf(clusteredDevices());
  assert.equal(await isSampledByKey(environment), false);
  const { share, basis } = await sampledShare(environment);
  assert.ok(Math.abs(share - 0.1) < 0.015, `${share}`);
  assert.equal(basis.population, COUNT);
  await environment.close();
});

test("beside the devices of other partners, ranks are what is sampled", async () => {
  const environment = await environmentOf(randomDevices(3));
  const [device] = randomDevices(4);
  assert.ok(device);
  const { bytes } = storedKey({ kind: "device", pid: asPartnerId(1958), device });
  const record = encodeRecord({ lastSeen: NOON, traits: [], membership: [] });
  await environment.commit(() => environment.profilesOfDevices.put(bytes, record));
  assert.equal(await isSampledByKey(environment), false);
  const { basis } = await sampledShare(environment);
  assert.equal(basis.population, COUNT);
  await environment.close();
});
