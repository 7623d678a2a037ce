import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { crc32 } from "node:zlib";
import { type Random, seededRandom } from "../../test/support/random.ts";
import {
  deltaOf,
  numberedDevice,
  randomDelta,
  timeOfDay,
} from "../../test/support/store-deltas.ts";
import { applyDelta, MAX_TRAITS_PER_PROFILE } from "../model/apply-delta.ts";
import { asDestinationId, asSegmentId, asTraitId } from "../model/ids.ts";
import { EMPTY_PROFILE, membershipOn, type Profile, type ProfileDelta } from "../model/profile.ts";
import { DAY_MS, utcDay } from "../model/time.ts";
import { ByteWriter } from "./byte-writer.ts";
import { CorruptRecord } from "./corrupt-record.ts";
import { decodeRecord, encodeRecord, mergeIntoRecord } from "./record.ts";

const DAY = 20_000;

describe("a profile as a record", () => {
  it("comes back as it was, whatever it holds", () => {
    for (let seed = 1; seed <= 2_000; seed++) {
      const profile = randomProfile(seededRandom(seed));
      assert.deepEqual(decodeRecord(encodeRecord(profile)), profile, `seed ${seed}`);
    }
  });

  it("comes back with the largest numbers that it may hold", () => {
    const first = 8.64e15 - DAY_MS;
    const profile: Profile = {
      lastSeen: 8.64e15,
      traits: [
        {
          sid: asTraitId(0),
          first,
          last: 8.64e15,
          days: [utcDay(first), 1, utcDay(8.64e15), 2 ** 53 - 1],
        },
        { sid: asTraitId(2 ** 52), first: 0, last: 5, days: [0, 1] },
      ],
      membership: [],
      tellings: [
        { destinationId: asDestinationId(0), last: 0, count: 2 ** 53 - 1, forSeconds: 2 ** 53 - 1 },
        { destinationId: asDestinationId(2 ** 52), last: 8.64e15, count: 1, forSeconds: 0 },
      ],
    };
    assert.deepEqual(decodeRecord(encodeRecord(profile)), profile);
  });

  it("is read as it was written before pairs were known", () => {
    const writer = new ByteWriter();
    writer.begin();
    writer.byte(1);
    writer.varint(DAY * DAY_MS);
    writer.varint(0);
    // Two segments, of which the second has an order; one that was left.
    for (const number of [2 * 2 + 1, 9_001 * 2, 3, 70, 9 * 2 + 1, 0, 0, 4]) writer.varint(number);
    for (const number of [1, 9_005 * 2, 1, 1_000]) writer.varint(number);
    assert.deepEqual(decodeRecord(signed(writer.written())), {
      lastSeen: DAY * DAY_MS,
      traits: [],
      membership: [
        { sid: asSegmentId(9_001), since: (DAY - 3) * DAY_MS + 70 },
        { sid: asSegmentId(9_011), since: DAY * DAY_MS, order: DAY * DAY_MS + 4 },
      ],
      left: [{ sid: asSegmentId(9_005), since: (DAY - 1) * DAY_MS + 1_000 }],
    });
  });

  it("holds a device once, however many segments rest on the pair with it", () => {
    const evidence = Array.from({ length: 10 }, (_, number) => ({
      device: numberedDevice(number + 1),
      since: DAY * DAY_MS,
    }));
    const entries = (count: number): Profile => ({
      lastSeen: DAY * DAY_MS,
      traits: [],
      membership: Array.from({ length: count }, (_, number) =>
        membershipOn(asSegmentId(number), evidence),
      ),
    });
    const [one = 0, two = 0] = [1, 2].map((count) => encodeRecord(entries(count)).length);
    assert.ok(one > 10 * 16);
    // Of each pair its place among the devices, day and time of day; here the last takes one byte.
    assert.equal(two - one, 2 + 10 * 3);
  });

  it("is byte for byte what it was before caps were known, where none was told", () => {
    const delta = deltaOf({ at: DAY * DAY_MS + 5, realized: { 7: 30 }, gained: [9_001] });
    const record = mergeIntoRecord(null, delta);
    assert.equal(
      Buffer.from(record).toString("hex"),
      "028580cea6a532010700000508a499020005e18adbf2",
    );
  });

  it("holds what it was told of a destination with caps in fourteen bytes or fewer", () => {
    const told = [{ destinationId: asDestinationId(7_001), forSeconds: 3_600 }];
    const without = encodeRecord({ ...EMPTY_PROFILE, lastSeen: (DAY + 1) * DAY_MS - 1 });
    const record = mergeIntoRecord(null, deltaOf({ at: (DAY + 1) * DAY_MS - 1, told }));
    const bytes = record.length - without.length;
    assert.ok(bytes <= 14, `${bytes} bytes`);
  });

  it("an empty profile takes eight bytes", () => {
    assert.equal(encodeRecord(EMPTY_PROFILE).length, 8);
    assert.deepEqual(decodeRecord(encodeRecord(EMPTY_PROFILE)), EMPTY_PROFILE);
  });

  it("a trait that was realized once takes nine bytes or fewer", () => {
    const realized = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [1 + n * 5_000, 120]));
    const deltas = Object.keys(realized).map((sid, n) =>
      deltaOf({ at: (DAY + n * 6) * DAY_MS + n * 4_000_000, realized: { [sid]: 120 } }),
    );
    const bytes = encodeRecord(deltas.reduce(applyDelta, EMPTY_PROFILE)).length;
    assert.ok(bytes <= 20 * 9 + 13, `${bytes} bytes`);
  });

  it("does not change when another record is encoded after it", () => {
    const first = encodeRecord(randomProfile(seededRandom(1)));
    const copy = first.slice();
    encodeRecord(randomProfile(seededRandom(2)));
    assert.deepEqual(first, copy);
  });

  it("refuses to be made of a profile whose days do not begin with its first time", () => {
    const sid = asTraitId(1);
    const trait = { sid, first: DAY_MS, last: DAY_MS, days: [0, 1] };
    const profile = { lastSeen: DAY_MS, traits: [trait], membership: [] };
    assert.throws(() => encodeRecord(profile), /Invariant broken/);
  });
});

describe("merging a delta into a record", () => {
  it("gives the record of the profile after the delta", () => {
    for (let seed = 1; seed <= 300; seed++) {
      const random = seededRandom(seed);
      const deltas = randomDeltas(random);
      let record: Uint8Array | null = null;
      for (const delta of deltas) record = mergeIntoRecord(record, delta);
      const profile = deltas.reduce(applyDelta, EMPTY_PROFILE);
      assert.deepEqual(
        record ?? encodeRecord(EMPTY_PROFILE),
        encodeRecord(profile),
        `seed ${seed}`,
      );
    }
  });

  it(`works at the cap of ${MAX_TRAITS_PER_PROFILE} traits, and drops the oldest there`, () => {
    const realized = Array.from({ length: MAX_TRAITS_PER_PROFILE }, (_, index) => ({
      sid: asTraitId(10 + index * 3),
      ttlDays: 0,
    }));
    const full = mergeIntoRecord(null, { ...deltaOf({ at: DAY * DAY_MS }), realized });
    const later = deltaOf({ at: (DAY + 1) * DAY_MS, realized: { 10: 0, 11: 0 } });
    const { traits } = decodeRecord(mergeIntoRecord(full, later));
    assert.equal(traits.length, MAX_TRAITS_PER_PROFILE);
    assert.deepEqual(
      traits.slice(0, 3).map(({ sid }) => sid),
      [10, 11, 16],
    );
  });
});

describe("a damaged record", () => {
  const whole = encodeRecord(randomProfile(seededRandom(7)));

  it("is refused wherever a bit of it flips", () => {
    for (let bit = 0; bit < whole.length * 8; bit++) {
      const damaged = whole.slice();
      const byte = bit >> 3;
      damaged[byte] = (damaged[byte] ?? 0) ^ (1 << (bit & 7));
      assert.throws(() => decodeRecord(damaged), CorruptRecord, `bit ${bit}`);
    }
  });

  it("is refused wherever it is cut off, and when something follows it", () => {
    for (let length = 0; length < whole.length; length++) {
      assert.throws(
        () => decodeRecord(whole.subarray(0, length)),
        CorruptRecord,
        `${length} bytes`,
      );
    }
    assert.throws(() => decodeRecord(Uint8Array.of(...whole, 0)), CorruptRecord);
  });

  it("is refused when its first half is of another version of it", () => {
    const other = mergeIntoRecord(whole, deltaOf({ at: (DAY + 300) * DAY_MS, realized: { 4: 0 } }));
    for (let length = 1; length < whole.length; length++) {
      const torn = other.slice();
      torn.set(whole.subarray(0, length));
      if (Buffer.compare(torn, other) === 0) continue;
      assert.throws(() => decodeRecord(torn), CorruptRecord, `${length} bytes`);
    }
  });

  it("says where, and what it found there", () => {
    const ofTheFuture = whole.slice();
    ofTheFuture[0] = 9;
    assert.throws(() => decodeRecord(ofTheFuture), {
      name: "CorruptRecord",
      byte: 0,
      message: "A stored profile is damaged at byte 0: its version is 9, this server reads 1 to 3.",
    });
  });

  it("never crashes or runs away, even where its checksum fits", () => {
    for (let seed = 1; seed <= 20_000; seed++) {
      const random = seededRandom(seed);
      const bytes = signed(random.chance(0.5) ? noise(random) : changed(random, whole));
      try {
        const profile = decodeRecord(bytes);
        // What it does take must be a profile: it can be stored again.
        assert.ok(profile.traits.every(({ days }) => days.length > 0));
      } catch (error) {
        assert.ok(error instanceof CorruptRecord, `seed ${seed}: ${error}`);
      }
    }
  });

  it("is no reason to set aside memory for what it cannot hold", () => {
    // Version, last seen, and a count of 2^48 traits.
    const bytes = signed(Uint8Array.of(2, 0, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40, 0, 0));
    assert.throws(
      () => decodeRecord(bytes),
      /281474976710656.* entries do not fit|do not fit into it/,
    );
  });
});

function randomDeltas(random: Random): ProfileDelta[] {
  const deltas: ProfileDelta[] = [];
  let day = DAY;
  for (let count = random.below(15); count > 0; count--) {
    day += random.pick([0, 0, 1, 1, 2, 3, 9, 200]);
    const at = timeOfDay(random, day);
    const seenOrder = random.pick([0, 0, at + 3]);
    deltas.push(randomDelta(random, { at, seenOrder, historyDays: random.pick([1, 30]) }));
  }
  return deltas;
}

function randomProfile(random: Random): Profile {
  return randomDeltas(random).reduce(applyDelta, EMPTY_PROFILE);
}

/** The body of a record with the checksum that belongs to it. */
function signed(body: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(body.length + 4);
  bytes.set(body);
  bytes.writeUInt32LE(crc32(body), body.length);
  return bytes;
}

function noise(random: Random): Uint8Array {
  const rest = Array.from({ length: random.below(60) }, () =>
    random.chance(0.5) ? random.below(8) : random.below(256),
  );
  return Uint8Array.of(random.pick([1, 2, 3]), ...rest);
}

function changed(random: Random, record: Uint8Array): Uint8Array {
  const body = record.slice(0, record.length - 4);
  for (let changes = 1 + random.below(3); changes > 0; changes--) {
    body[1 + random.below(body.length - 1)] = random.below(256);
  }
  return body.subarray(0, random.chance(0.3) ? 1 + random.below(body.length) : body.length);
}
