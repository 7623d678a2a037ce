import assert from "node:assert/strict";
import { describe, it } from "node:test";
import cases from "../../cases/destinations.json" with { type: "json" };
import { seededRandom } from "../../test/support/random.ts";
import { asSegmentId } from "../model/ids.ts";
import {
  type DestinationCall,
  indexDestinations,
  planDestinations,
  type UrlEntry,
} from "./plan.ts";
import { aCall, aCookieDestination, aMapping, aUrlDestination, SITES } from "./test-builders.ts";

function plan(
  destinations: Parameters<typeof indexDestinations>[0],
  call: Partial<DestinationCall> = {},
) {
  return planDestinations(indexDestinations(destinations, SITES), aCall(call));
}

function urls(entries: readonly UrlEntry[]): readonly string[] {
  return entries.map((entry) => entry.c);
}

describe("the destination vectors", () => {
  for (const row of cases) {
    it(`${row.id}: ${row.why}`, () => {
      const { destinationType, mappings, ...keys } = row.destination as Record<string, unknown> & {
        mappings: Parameters<typeof aMapping>[0][];
      };
      const written = { ...keys, mappings: mappings.map(aMapping) };
      const definition =
        destinationType === "ADS" ? aCookieDestination(written) : aUrlDestination(written);
      const request = (row as { request?: VectorRequest }).request ?? {};
      const { stuff, dests } = plan([definition], callOf(request));
      const { dests: expectedDests = [], stuff: expectedStuff } = row.result as {
        dests?: unknown[];
        stuff: unknown[];
      };
      assert.deepEqual({ stuff, dests }, { stuff: expectedStuff, dests: expectedDests });
    });
  }
});

interface VectorRequest {
  readonly secure?: boolean;
  readonly ptfm?: string;
  readonly host?: string | null;
  readonly gdpr?: string;
  readonly gdprConsent?: string;
  readonly cmpBad?: boolean;
}

/** What the steps before make of a vector's request: a bad CMP is as no consent string at all. */
function callOf(request: VectorRequest): Partial<DestinationCall> {
  const hasConsent = request.gdpr === "1" && request.cmpBad !== true;
  return {
    ...(request.secure === undefined ? {} : { secure: request.secure }),
    ...(request.ptfm === "android" ? { platform: "android" as const } : {}),
    ...(request.host === undefined ? {} : { pageHost: request.host }),
    gdpr: hasConsent ? "1" : "0",
    gdprConsent: hasConsent ? (request.gdprConsent ?? "") : "",
  };
}

describe("which destinations answer", () => {
  const one = [aMapping({ sid: 101, url: "https://p/1" })];

  it("a partner without destinations costs an empty plan", () => {
    const catalog = indexDestinations([], []);
    assert.equal(catalog.isEmpty, true);
    assert.deepEqual(planDestinations(catalog, aCall()), { stuff: [], dests: [] });
  });

  it("inactive and server destinations never answer", () => {
    const server = { ...aUrlDestination({ mappings: one }), destinationType: "S2S" as const };
    const destinations = [aUrlDestination({ status: "INACTIVE", mappings: one }), server];
    assert.equal(indexDestinations(destinations, []).isEmpty, true);
  });

  it("URL destinations answer only when they are asked for", () => {
    const destination = aUrlDestination({ mappings: one });
    assert.deepEqual(plan([destination], { wantsUrls: false }).dests, []);
    assert.equal(plan([destination]).dests.length, 1);
  });

  it("dates are half-open: the first midnight is inside, the last is outside", () => {
    const dates = { startDate: "2026-03-10", endDate: "2026-03-11" };
    const whole = aUrlDestination({ ...dates, mappings: one });
    const single = aUrlDestination({ mappings: [aMapping({ ...dates, url: "https://p/1" })] });
    for (const destination of [whole, single]) {
      const countAt = (time: string) => plan([destination], { now: Date.parse(time) }).dests.length;
      assert.equal(countAt("2026-03-09T23:59:59.999Z"), 0);
      assert.equal(countAt("2026-03-10T00:00:00Z"), 1);
      assert.equal(countAt("2026-03-10T23:59:59.999Z"), 1);
      assert.equal(countAt("2026-03-11T00:00:00Z"), 0);
    }
  });

  const platforms = [
    // A call of platform "all" suits every destination but a cookie of the browser.
    { platform: "ALL", browser: 1, android: 1, ios: 1, all: 1 },
    { platform: "BROWSER", browser: 1, android: 0, ios: 0, all: 1 },
    { platform: "ANDROID", browser: 0, android: 1, ios: 0, all: 1 },
    { platform: "iOS", browser: 0, android: 0, ios: 1, all: 1 },
  ] as const;
  for (const { platform, ...counts } of platforms) {
    it(`a URL destination of platform ${platform} answers its own calls and those of all`, () => {
      const destination = aUrlDestination({ platform, mappings: one });
      for (const caller of ["browser", "android", "ios", "all"] as const) {
        const { dests } = plan([destination], { platform: caller });
        assert.equal(dests.length, counts[caller], caller);
      }
    });
  }

  it("a cookie of the browser does not answer a call of platform all, a cookie of all does", () => {
    const mappings = [aMapping({ valueAlias: "1" })];
    const browser = aCookieDestination({ mappings });
    assert.deepEqual(plan([browser], { platform: "all" }).stuff, []);
    const all = aCookieDestination({ platform: "ALL", mappings });
    assert.equal(plan([all], { platform: "all" }).stuff.length, 1);
  });

  it("destinations come by ID, mappings by priority, then by mapping ID, those without last", () => {
    const mappings = [
      aMapping({ mappingId: 4, sid: 101, url: "https://p/last" }),
      aMapping({ mappingId: 3, sid: 102, url: "https://p/second", priority: 2 }),
      aMapping({ mappingId: 9, sid: 103, url: "https://p/first", priority: 1 }),
    ];
    const { dests } = plan([
      aUrlDestination({ destinationId: 20, mappings }),
      aUrlDestination({ destinationId: 3, mappings }),
    ]);
    assert.deepEqual(
      dests.map((entry) => entry.id),
      ["3-9", "3-3", "3-4", "20-9", "20-3", "20-4"],
    );
  });

  it("a plan is the same as one that looks at every mapping of every destination", () => {
    for (let seed = 1; seed <= 200; seed++) {
      const random = seededRandom(seed);
      const destinations = Array.from({ length: random.below(6) }, (_, index) =>
        aUrlDestination({
          destinationId: 1 + ((index * 7) % 11),
          mappings: Array.from({ length: random.below(5) }, (_, mapping) =>
            aMapping({
              mappingId: 50 - mapping,
              sid: 101 + mapping,
              url: `https://p/${index}/%alias%`,
              priority: random.chance(0.5) ? random.below(3) : null,
            }),
          ),
        }),
      );
      const segments = [101, 102, 103, 104].filter(() => random.chance(0.5)).map(asSegmentId);
      const slowly = destinations
        .toSorted((a, b) => a.destinationId - b.destinationId)
        .flatMap(({ destinationId, mappings }) =>
          mappings
            .filter(({ sid }) => segments.includes(asSegmentId(sid)))
            .toSorted(
              (a, b) =>
                (a.priority ?? Number.MAX_VALUE) - (b.priority ?? Number.MAX_VALUE) ||
                a.mappingId - b.mappingId,
            )
            .map(({ mappingId }) => `${destinationId}-${mappingId}`),
        );
      const fast = plan(destinations, { segments }).dests.map((entry) => entry.id);
      assert.deepEqual(fast, slowly, `seed ${seed}`);
    }
  });
});

describe("consent of vendors", () => {
  const destination = aUrlDestination({
    mappings: [aMapping({ url: "https://p/?c=${GDPR_CONSENT_755}&g=${gdpr}" })],
  });

  it("a destination whose vendor lacks consent is left out where consent has been read", () => {
    const refused = {
      gdpr: "1",
      gdprConsent: "CP",
      vendorConsent: (id: number) => id !== 755,
    } as const;
    assert.deepEqual(plan([destination], refused).dests, []);
    const given = { ...refused, vendorConsent: (id: number) => id === 755 };
    assert.deepEqual(urls(plan([destination], given).dests), ["https://p/?c=CP&g=1"]);
  });

  it("where consent was not read, the macros pass on what the request says", () => {
    const call = { gdpr: "1", gdprConsent: "CP" } as const;
    assert.deepEqual(urls(plan([destination], call).dests), ["https://p/?c=CP&g=1"]);
  });
});
