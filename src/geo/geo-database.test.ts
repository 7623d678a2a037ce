import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { type MmdbFile, type MmdbValue, mmdbOf, placeRecord } from "../../test/support/mmdb.ts";
import { seededRandom } from "../../test/support/random.ts";
import { checkGeoFile } from "./check-geo-file.ts";
import { type GeoDatabase, openGeoDatabase } from "./geo-database.ts";

const folder = mkdtempSync(join(tmpdir(), "dunlin-mmdb-"));
after(() => rmSync(folder, { recursive: true, force: true }));

function fileOf(bytes: Buffer): string {
  const path = join(folder, "places.mmdb");
  writeFileSync(path, bytes);
  return path;
}

function open(file: MmdbFile, damages: unknown[] = []): GeoDatabase {
  return openGeoDatabase(fileOf(mmdbOf(file)), { onDamage: (error) => damages.push(error) });
}

const RECORD_SIZES = [24, 28, 32] as const;

for (const recordSize of RECORD_SIZES) {
  test(`addresses of both families are found with records of ${recordSize} bits`, () => {
    const networks = {
      "198.51.100.0/24": placeRecord("FR"),
      "198.51.100.64/26": placeRecord("DE"),
      "2001:db8::/32": placeRecord("US"),
      "2001:db8:1::1/128": placeRecord("CU"),
    };
    const database = open({ networks, recordSize, databaseType: "Test-Country" });
    assert.equal(database.databaseType, "Test-Country");
    const expected: Readonly<Record<string, string | undefined>> = {
      "198.51.100.0": "FR",
      "198.51.100.63": "FR",
      "198.51.100.64": "DE",
      "198.51.100.127": "DE",
      "198.51.100.128": "FR",
      "198.51.101.0": undefined,
      "2001:db8:ffff::1": "US",
      "2001:db8:1::1": "CU",
      "2001:db9::": undefined,
      "::1": undefined,
    };
    for (const [address, country] of Object.entries(expected)) {
      assert.equal(database.lookUp(address)?.country, country, address);
    }
  });

  test(`random networks are found as a list of them says, with records of ${recordSize} bits`, () => {
    const seed = 20_260_101 + recordSize;
    const random = seededRandom(seed);
    const octet = (): number => random.below(4) * 64 + random.below(3);
    const networks = new Map<string, { base: number; bits: number; country: string }>();
    for (let i = 0; i < 300; i++) {
      const bits = 4 + random.below(29);
      const mask = bits === 32 ? 0xffff_ffff : ~(2 ** (32 - bits) - 1) >>> 0;
      const base = (numberOf([octet(), octet(), octet(), octet()]) & mask) >>> 0;
      const country = `${letter(random.below(26))}${letter(random.below(26))}`;
      networks.set(`${addressOf(base)}/${bits}`, { base, bits, country });
    }
    const records = Object.fromEntries(
      [...networks].map(([cidr, { country }]) => [cidr, placeRecord(country)]),
    );
    for (const ipVersion of [4, 6] as const) {
      const database = open({ networks: records, recordSize, ipVersion });
      for (let i = 0; i < 2000; i++) {
        const address = numberOf([octet(), octet(), octet(), octet()]);
        let best: { bits: number; country: string } | null = null;
        for (const network of networks.values()) {
          const fits =
            Math.floor(address / 2 ** (32 - network.bits)) ===
            network.base / 2 ** (32 - network.bits);
          if (fits && network.bits > (best?.bits ?? -1)) best = network;
        }
        const found = database.lookUp(addressOf(address))?.country;
        assert.equal(found, best?.country, `seed ${seed}, ${addressOf(address)}`);
      }
    }
  });
}

function numberOf(octets: readonly number[]): number {
  return octets.reduce((sum, octet) => sum * 256 + octet, 0);
}

function addressOf(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".");
}

function letter(index: number): string {
  return String.fromCharCode(65 + index);
}

test("what a city database knows of a place becomes facts", () => {
  const record = placeRecord("us", {
    city: { names: { en: "New York", de: "New York (Stadt)" } },
    subdivisions: [{ iso_code: "NY" }, { iso_code: "X" }],
    location: { latitude: 40.712776, longitude: -74.005974, metro_code: 501, area_code: 7 },
    postal: { code: "10007" },
    traits: { isp: "Example Net", organization: "Example Org" },
  });
  assert.deepEqual(open({ networks: { "192.0.2.0/24": record } }).lookUp("192.0.2.200"), {
    country: "US",
    subdivision: "NY",
    city: "New York",
    postalCode: "10007",
    latitude: 40.712776,
    longitude: -74.005974,
    dmaCode: "501",
    areaCode: "007",
    isp: "Example Net",
  });
});

test("a record that is filled in another way than expected says what it can", () => {
  const odd: MmdbValue[] = ["text", 7, true, [], {}, { country: "FR", city: [], location: "here" }];
  odd.push({
    country: { iso_code: "FRA" },
    subdivisions: {},
    location: { latitude: 91, metro_code: 5010 },
  });
  for (const record of odd) {
    const facts = open({ networks: { "192.0.2.0/24": record } }).lookUp("192.0.2.1");
    for (const fact of Object.values(facts ?? {})) assert.equal(fact, null);
  }
});

test("values of every length survive the file", () => {
  for (const length of [0, 1, 28, 29, 284, 285, 65_820, 65_821, 70_000]) {
    const city = "ö".repeat(length / 2) + "x".repeat(length % 2);
    const record = placeRecord("FR", { city: { names: { en: city } } });
    const facts = open({ networks: { "192.0.2.0/24": record } }).lookUp("192.0.2.1");
    assert.equal(facts?.city, city === "" ? null : city);
  }
});

test("text that lies far into the file is found by its pointers", () => {
  const long = Object.fromEntries(
    Array.from({ length: 6 }, (_, i) => [`k${i}`, `${i}`.repeat(100_000)]),
  );
  const networks = {
    "192.0.2.0/25": placeRecord("FR", long),
    "192.0.2.128/25": placeRecord("DE", { city: { names: { en: "Bonn" } } }),
  };
  const database = open({ networks, recordSize: 32 });
  assert.equal(database.lookUp("192.0.2.1")?.country, "FR");
  assert.equal(database.lookUp("192.0.2.129")?.city, "Bonn");
});

test("a database of IPv4 knows nothing of IPv6", () => {
  const database = open({ networks: { "32.0.0.0/3": placeRecord("FR") }, ipVersion: 4 });
  assert.equal(database.lookUp("32.1.13.184")?.country, "FR");
  assert.equal(database.lookUp("2001:db8::1"), null);
});

test("what is no address has no place", () => {
  const database = open({ networks: { "0.0.0.0/1": placeRecord("FR") } });
  for (const text of ["", "unknown", "1.2.3", "1.2.3.4.5", "::g", "1.2.3.4:80"]) {
    assert.equal(database.lookUp(text), null, text);
  }
});

test("places that are remembered are told from those that are read, and the parts are counted", () => {
  const use = { hits: 0, misses: 0, entries: 0 };
  const networks = { "192.0.2.0/25": placeRecord("FR"), "192.0.2.128/25": placeRecord("DE") };
  const path = fileOf(mmdbOf({ networks }));
  const database = openGeoDatabase(path, { onDamage: () => assert.fail(), use });
  for (const last of [1, 2, 129, 3, 130]) database.lookUp(`192.0.2.${last}`);
  for (const unknown of ["198.51.100.1", "no address"]) database.lookUp(unknown);
  assert.deepEqual([use.hits, use.misses], [3, 2]);
  // Two records, and the parts that they are made of.
  assert.ok(use.entries > 2, `${use.entries}`);
});

test("a record that cannot be read is of no known place, and the node hears of it", () => {
  const bytes = mmdbOf({ networks: { "192.0.2.0/24": placeRecord("FR") } });
  const place = bytes.indexOf("iso_code");
  bytes[place - 1] = 0;
  const damages: unknown[] = [];
  const database = openGeoDatabase(fileOf(bytes), { onDamage: (error) => damages.push(error) });
  assert.equal(database.lookUp("192.0.2.1"), null);
  assert.equal(damages.length, 1);
});

test("a file that is cut anywhere, or whose tree leads outside, is not used", () => {
  const whole = mmdbOf({ networks: { "192.0.2.0/24": placeRecord("FR") }, ipVersion: 4 });
  for (let length = 0; length < whole.length; length += 7) {
    assert.equal(checkGeoFile(fileOf(whole.subarray(0, length))).kind, "unusable", String(length));
  }
  for (let node = 0; node < 24; node++) {
    const bytes = Buffer.from(whole);
    bytes.writeUIntBE(0xff_ffff, node * 6, 3);
    const check = checkGeoFile(fileOf(bytes));
    assert.match(check.kind === "unusable" ? check.why : "", /node \d+ of its search tree/);
  }
  assert.equal(checkGeoFile(fileOf(whole)).kind, "fine");
});

test("the bits in the middle of a node with records of 28 bits count for both sides", () => {
  for (const middle of [0x10, 0x01]) {
    const bytes = mmdbOf({ networks: { "192.0.2.0/24": placeRecord("FR") }, recordSize: 28 });
    bytes[3] = middle;
    const check = checkGeoFile(fileOf(bytes));
    assert.match(check.kind === "unusable" ? check.why : "", /node 0 of its search tree/);
  }
});

test("a database that holds no places by its own account is told from one that does", () => {
  for (const [databaseType, holdsPlaces] of [
    ["GeoLite2-City", true],
    ["DBIP-Country-Lite", true],
    ["GeoLite2-ASN", false],
  ] as const) {
    const networks = { "192.0.2.0/24": placeRecord("FR") };
    const check = checkGeoFile(fileOf(mmdbOf({ networks, databaseType })));
    assert.deepEqual(check, { kind: "fine", databaseType, holdsPlaces });
  }
});
