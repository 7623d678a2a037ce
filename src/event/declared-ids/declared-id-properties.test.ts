// Random calls: whatever comes, the limits hold, the order of errors is the order of the checks, and a
// slow twin that reads as the table of checks does finds the same.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  ALPHA,
  CATALOG,
  checkQuery,
  denies,
  parametersOf,
} from "../../../test/support/declared-calls.ts";
import { UNKNOWN_IDENTITY } from "../../model/identity.ts";
import { parseDeviceId } from "../../model/ids.ts";
import type { DeniedKey } from "../../profiles/visitor-store.ts";
import { chooseDevice, devicesToAskFor, inOrderOfChoice } from "./choose-device.ts";
import { type CheckedIds, MAX_IDS_PER_CALL, MAX_IDS_PER_SOURCE } from "./declared-ids.ts";
import { linksToWrite } from "./link-changes.ts";
import { readDeclaredIds } from "./read-declared-ids.ts";
import { screenDeclaredIds } from "./screen-declared-ids.ts";

const IDFA = "AEBE52E7-03EE-455A-B3C4-E57283966239";

/** One ID of a random call, and what the table of checks says of it alone. */
interface Sample {
  readonly pair: string;
  /** The data source by number. */
  readonly source: number;
  readonly id: string;
  readonly shown: string;
  readonly verdict: "good" | "invalid" | "foreign" | "unformatted";
}

const good = (parameter: string, word: string, source: number, id: string): Sample => {
  const [pair, shown] = [`${parameter}=${word}%01${id}`, `${word}%01${id}`];
  return { pair, source, id, shown, verdict: "good" };
};

const SAMPLES: readonly Sample[] = [
  ...[1001, 1002, 1003, 1004, 1005, 1006, 411, 20920].flatMap((source) =>
    ["a", "b", "c"].map((id) => good("d_cid", String(source), source, id)),
  ),
  good("d_cid_ic", "crm", 1001, "a"),
  good("d_cid_ic", "email", 1005, "d"),
  good("d_cid_ns", "adnet", 3001, "x"),
  good("d_cid_ic", "DSID_20915", 20915, IDFA),
  good("d_cid", "20915", 20915, IDFA),
  { ...good("d_cid", "20914", 20914, IDFA), verdict: "unformatted" },
  { ...good("d_cid_ic", "DSID_20915", 20915, "x"), verdict: "unformatted" },
  { ...good("d_cid", "2001", 2001, "x"), verdict: "foreign" },
  { ...good("d_cid", "nope", 0, "x"), verdict: "invalid" },
  { ...good("d_cid_ns", "crm", 0, "x"), verdict: "invalid" },
];

const DENIABLE: readonly (readonly [kind: string, id: string])[] = [
  ["dataSource", "1002"],
  ["dataSource", "20914"],
  ["customer", "1001:a"],
  ["customer", "1005:d"],
  ["customer", `20915:${IDFA}`],
  ["device", "a"],
];

/** The table of checks, step by step. */
function checkSlowly(
  samples: readonly Sample[],
  isDenied: (kind: string, id: string) => boolean,
  hasOtherIdentity: boolean,
): readonly string[] {
  const errors: string[] = [];
  const passed = samples.filter(({ verdict, source, id, shown }) => {
    const stop = (...found: readonly string[]): false => {
      errors.push(...found);
      return false;
    };
    if (verdict === "invalid") return stop(`300 ${shown}`);
    if (verdict === "foreign") return stop(`302 ${shown}`);
    if (isDenied("dataSource", String(source))) return stop(`304 ${source}`);
    if (verdict === "unformatted") {
      return errors.includes("312") ? stop(`300 ${shown}`) : stop("312", `300 ${shown}`);
    }
    if (isDenied("customer", `${source}:${id}`)) {
      return stop(source >= 20914 && source <= 20920 ? `306 ${id}` : `303 ${shown}`);
    }
    return true;
  });
  const left = passed.filter((sample, index) => {
    const before = passed.slice(0, index).filter(({ source }) => source === sample.source);
    if (before.length < 3) return true;
    errors.push(`310 ${sample.source} ${sample.id}`);
    return false;
  });
  if (left.length > 10) {
    errors.push(`301 ${left.length}`, ...left.slice(10).map(({ shown }) => `309 ${shown}`));
  }
  const isOneDenial = samples.length === 1 && /^30[346]/.test(errors[0] ?? "");
  if (samples.length > 0 && left.length === 0 && !(isOneDenial && !hasOtherIdentity)) {
    errors.push("104");
  }
  return [...left.slice(0, 10).map(({ source, id }) => `left ${source}:${id}`), ...errors];
}

/** The same in the twin's words: of a message what it was filled with. */
function inShort({ ids, errors }: CheckedIds): readonly string[] {
  const filled = errors.map(({ error: { code, msg } }) => {
    switch (code) {
      case 104:
      case 312:
        return String(code);
      case 301:
        return `301 ${/(\d+)\.$/.exec(msg)?.[1]}`;
      case 309:
        return `309 ${/^Customer id (.*) was discarded/.exec(msg)?.[1]}`;
      case 310:
        return `310 ${msg.replace(/^.*id is (\d+), customer id is (.*)\.$/, "$1 $2")}`;
      default:
        return `${code} ${msg.slice(msg.lastIndexOf(" ") + 1)}`;
    }
  });
  return [...ids.map(({ dataSourceId, id }) => `left ${dataSourceId}:${id}`), ...filled];
}

const someSamples = fc.array(fc.constantFrom(...SAMPLES), { maxLength: 40, size: "max" });
const someDenied = fc.subarray([...DENIABLE]);
const someSignals = fc.array(fc.constantFrom("x=1", "color=red", "d_src=7", "", "d_cidx=1%01a"));

test("the checks find what the table of checks finds, in its order", () => {
  fc.assert(
    fc.property(someSamples, someDenied, fc.boolean(), (samples, denied, hasOtherIdentity) => {
      const isDenied = (key: DeniedKey) => denied.some(([kind, id]) => denies(kind, id)(key));
      const query = samples.map(({ pair }) => pair).join("&");
      const checked = checkQuery(query, { isDenied, hasOtherIdentity });
      const isListed = (kind: string, id: string) =>
        denied.some(([one, other]) => one === kind && other === id);
      assert.deepEqual(inShort(checked), checkSlowly(samples, isListed, hasOtherIdentity));
    }),
    { numRuns: 1000 },
  );
});

test("nothing is asked of the deny list twice", () => {
  fc.assert(
    fc.property(someSamples, (samples) => {
      const named = readDeclaredIds(
        parametersOf(samples.map(({ pair }) => pair).join("&")),
        "logins",
      );
      const { questions } = screenDeclaredIds(named, { catalog: CATALOG, partner: ALPHA });
      const texts = questions.map((key) => JSON.stringify(key));
      assert.deepEqual(texts, [...new Set(texts)]);
    }),
  );
});

test("other parameters change nothing but the places of errors", () => {
  fc.assert(
    fc.property(someSamples, someSignals, (samples, signals) => {
      const pairs = samples.map(({ pair }) => pair);
      const mixed = pairs.flatMap((pair, index) => [signals[index] ?? "y=2", pair]);
      const checked = checkQuery(mixed.join("&"));
      assert.deepEqual(inShort(checked), inShort(checkQuery(pairs.join("&"))));
      const names = parametersOf(mixed.join("&")).names;
      for (const { where } of checked.errors) {
        if (where !== null) assert.equal(names[where.index], where.parameter);
      }
    }),
  );
});

const octet = fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code));
const fragment = fc.oneof(
  fc.constantFrom(
    "d_cid=",
    "d_cid_ic=",
    "d_cid_ns=",
    "&",
    "%01",
    "=",
    "1001",
    "20915",
    "crm",
    "AVID",
    IDFA,
    "%",
    "+",
    "d_dpid=",
    "d_dpuuid=",
    "dpid=",
    "dpuuid=",
    "%F0%9F%98%80",
    "%ff",
    "%00",
    "\u00ff",
    "constructor",
  ),
  octet,
);
const someOctets = fc
  .array(fragment, { maxLength: 200, size: "max" })
  .map((parts) => parts.join(""));

test("no octets make the checks throw, pass a limit or say more than a message may hold", () => {
  fc.assert(
    fc.property(someOctets, fc.boolean(), fc.boolean(), (query, denied, partnerless) => {
      const partner = partnerless ? null : ALPHA;
      const named = readDeclaredIds(parametersOf(query), "logins");
      const screened = screenDeclaredIds(named, { catalog: CATALOG, partner });
      const checked = checkQuery(query, { partner, isDenied: () => denied });
      const { ids, aliases, errors, noneLeft } = checked;

      assert.ok(ids.length <= MAX_IDS_PER_CALL);
      for (const source of new Set(ids.map(({ dataSourceId }) => dataSourceId))) {
        const ofSource = ids.filter(({ dataSourceId }) => dataSourceId === source);
        assert.ok(ofSource.length <= MAX_IDS_PER_SOURCE);
      }
      // What is asked, and what is said, grows with the number of IDs and with nothing else.
      assert.equal(
        new Set(screened.questions.map((key) => JSON.stringify(key))).size,
        screened.questions.length,
      );
      assert.ok(screened.questions.length <= 2 * named.length);
      assert.ok(errors.length <= named.length + 3);
      assert.equal(noneLeft, named.length > 0 && ids.length === 0 && errors.length > 0);
      for (const { error } of errors) assert.ok(error.msg.length <= 2 * 256 + 120);

      const identities = inOrderOfChoice(ids).map(() => UNKNOWN_IDENTITY);
      assert.deepEqual(devicesToAskFor(identities, 0), []);
      assert.equal(chooseDevice(identities, new Map(), 0), null);
      const device = parseDeviceId("1".repeat(38));
      assert.ok(device !== null);
      const changes = linksToWrite({
        device,
        identity: UNKNOWN_IDENTITY,
        checked,
        withheld: null,
        now: 0,
      });
      const links = changes.filter(({ kind }) => kind === "link").length;
      assert.equal(links, ids.length + aliases.length);
    }),
    { numRuns: 1000 },
  );
});

test("a body full of IDs is one pass: each is read once, and each data source asked for once", () => {
  const count = 3000;
  const query = Array.from({ length: count }, (_, i) => `d_cid=1001%01${i}`).join("&");
  const parameters = parametersOf(query);
  let reads = 0;
  const valueAt = parameters.valueAt.bind(parameters);
  parameters.valueAt = (index) => {
    reads++;
    return valueAt(index);
  };
  const named = readDeclaredIds(parameters, "logins");
  const screened = screenDeclaredIds(named, { catalog: CATALOG, partner: ALPHA });
  assert.equal(reads, count);
  assert.equal(screened.questions.length, count + 1);
  const { ids, errors } = checkQuery(query);
  assert.equal(ids.length, 3);
  assert.equal(errors.length, count - 3);
});
