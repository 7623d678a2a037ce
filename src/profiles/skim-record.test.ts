import assert from "node:assert/strict";
import { it } from "node:test";
import { type Random, seededRandom } from "../../test/support/random.ts";
import { asDestinationId, asSegmentId, asTraitId } from "../model/ids.ts";
import type { Profile, TraitRun } from "../model/profile.ts";
import { DAY_MS, utcDay } from "../model/time.ts";
import { CorruptRecord } from "./corrupt-record.ts";
import { decodeRecord, encodeRecord } from "./record.ts";
import { RecordSkimmer, WantedTraits } from "./skim-record.ts";

const TODAY = 20_000;

function randomRun(random: Random): TraitRun {
  const count = 1 + random.below(4);
  const days: number[] = [];
  let day = TODAY - 60;
  for (let at = 0; at < count; at++) {
    day += 1 + random.below(12);
    days.push(day, 1 + (random.chance(0.5) ? 0 : random.below(400)));
  }
  const first = (days[0] ?? 0) * DAY_MS + random.below(DAY_MS / 2);
  const sameDay = day * DAY_MS + DAY_MS / 2 + random.below(DAY_MS / 2);
  const last =
    count === 1 && random.chance(0.5) ? first : sameDay + (random.chance(0.2) ? DAY_MS : 0);
  return { first, last, days };
}

function randomProfile(random: Random): Profile {
  const sids = new Set(Array.from({ length: random.below(30) }, () => 1 + random.below(300)));
  if (random.chance(0.2)) sids.add(5_000_000 + random.below(5));
  const traits = [...sids]
    .sort((one, other) => one - other)
    .map((sid) => {
      const run = { sid: asTraitId(sid), ...randomRun(random) };
      return random.chance(0.2) ? { ...run, expired: randomRun(random) } : run;
    });
  const since = TODAY * DAY_MS;
  const membership = random.chance(0.5) ? [{ sid: asSegmentId(9), since }] : [];
  const profile = { lastSeen: TODAY * DAY_MS + random.below(DAY_MS), traits, membership };
  if (random.chance(0.7)) return profile;
  const destinationId = asDestinationId(7001);
  return { ...profile, tellings: [{ destinationId, last: since, count: 1, forSeconds: 60 }] };
}

it("finds in a record what decoding all of it finds, for any traits that are wanted", () => {
  const random = seededRandom(11);
  for (let round = 0; round < 3_000; round++) {
    const profile = randomProfile(random);
    const record = encodeRecord(profile);
    const sids = profile.traits.filter(() => random.chance(0.4)).map(({ sid }) => sid);
    if (random.chance(0.5)) sids.push(asTraitId(1 + random.below(400)));
    const skimmer = new RecordSkimmer(new WantedTraits(sids));
    // Records lie within larger buffers.
    const buffer = Buffer.concat([Buffer.from([255, 255]), record, Buffer.from([255])]);
    skimmer.skim(buffer, 2, buffer.length - 1);
    const { lastSeen, traits } = decodeRecord(record);
    assert.equal(skimmer.lastSeen, lastSeen);
    const wanted = traits.filter(({ sid }) => sids.includes(sid));
    assert.deepEqual(
      skimmer.traits,
      wanted.map(({ sid, first, last, days }) => ({ sid, first, last, days })),
    );
  }
});

it("refuses a record that was cut off, or is of another version", () => {
  const random = seededRandom(12);
  const record = encodeRecord(randomProfile(random));
  assert.equal(utcDay(decodeRecord(record).lastSeen), TODAY);
  const all = new WantedTraits(Array.from({ length: 400 }, (_, sid) => asTraitId(sid)));
  const skimmer = new RecordSkimmer(all);
  for (let end = 0; end < 12; end++) {
    assert.throws(() => skimmer.skim(record, 0, end), CorruptRecord);
  }
  assert.throws(
    () => skimmer.skim(Buffer.from([9, ...record.slice(1)]), 0, record.length),
    CorruptRecord,
  );
});
