import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { callOf, NO_SOURCES, snapshotOf } from "../../test/support/event-world.ts";
import { PROTOCOL_WORKSPACE } from "../../test/support/protocol-vectors.ts";
import { parseCall } from "./parse/parse.ts";
import { collectSignals, MAX_SIGNAL_ROWS, visitKeys } from "./signals.ts";

interface QueryRow {
  readonly id: string;
  readonly rule: string;
  readonly query?: string;
  readonly expect: boolean | string;
}

// The file is ours; rows that are not of this form are of other tests.
const ROWS: readonly QueryRow[] = JSON.parse(
  readFileSync(new URL("../../cases/trait-rules.json", import.meta.url), "utf8"),
);

/** The worked examples that only a wire can tell apart. */
const MORE_ROWS: readonly QueryRow[] = [
  { id: "empty pieces stay", rule: 'x == ""', query: "x=a,,b", expect: true },
  { id: "values are trimmed", rule: 'x == "b"', query: "x=a,%20b%20", expect: true },
  { id: "a decoded comma splits", rule: 'x == "a"', query: "x=a%2Cb", expect: true },
  { id: "a quote within is kept", rule: 'x == "a\\"b"', query: "x=a%22b", expect: true },
  { id: "a digit-only key is no signal", rule: '"123" == "a"', query: "123=a", expect: false },
  { id: "a key with a blank is no signal", rule: '"a b" == "1"', query: "a%20b=1", expect: false },
  {
    id: "a key of 255 characters",
    rule: `${"k".repeat(255)} == 1`,
    query: `${"k".repeat(255)}=1`,
    expect: true,
  },
  {
    id: "control keys are none",
    rule: 'd_uuid != "x"',
    query: "d_uuid=22920112968019678612904394744954398990",
    expect: false,
  },
  { id: "nor in capitals", rule: 'd_nsid == "1"', query: "D_NSID=1", expect: false },
  { id: "media keys are signals", rule: 'd_event == "imp"', query: "d_event=imp", expect: true },
  { id: "unknown platform keys too", rule: 'd_zz == "1"', query: "d_zz=1", expect: true },
  { id: "a pair without a name is none", rule: 'NOT x == "1"', query: "=1", expect: true },
];

function signalsOf(rule: string, query: string) {
  const owner = { pid: 1957, dataSourceId: 1002 };
  const document = {
    ...PROTOCOL_WORKSPACE,
    traits: [{ ...owner, sid: 1, name: "Trait", traitRule: rule }],
    segments: [],
    destinations: [],
  };
  const [partner] = snapshotOf(document).partnersById.values();
  const parsed = parseCall(callOf(`/event?${query}`));
  assert.ok(partner && parsed.call.ok);
  return { partner, signals: collectSignals(parsed.call.value, partner, NO_SOURCES) };
}

for (const { id, rule, query, expect } of [...ROWS, ...MORE_ROWS]) {
  if (query === undefined) continue;
  test(`${id}: ${rule.slice(0, 60)} on ${query.slice(0, 60)} is ${expect}`, () => {
    const { partner, signals } = signalsOf(rule, query);
    assert.equal(partner.traitIndex.realized(signals, null).length === 1, expect);
  });
}

test("only what some rule may want is collected", () => {
  const { signals } = signalsOf('x == "1"', "x=1&y=2&z=3");
  assert.deepEqual(signals.keys, ["x"]);
});

test("of a call with very many values the first so many count", () => {
  const { signals } = signalsOf('x == "1"', `x=${"a,".repeat(4000)}&x=b`);
  assert.equal(signals.keys.length, 4003);
  const body = "x&".repeat(MAX_SIGNAL_ROWS + 10);
  const parsed = parseCall(callOf("/event", { method: "POST", body }));
  assert.ok(parsed.call.ok);
  const { partner } = signalsOf('x == "1"', "");
  assert.equal(collectSignals(parsed.call.value, partner, NO_SOURCES).keys.length, MAX_SIGNAL_ROWS);
});

test("the keys of a call are visited once each, without steering, private and impossible ones, and headers that hold no credentials", () => {
  const owner = { pid: 1957, dataSourceId: 1002 };
  const trait = { ...owner, sid: 1, name: "Trait", traitRule: "c_color == red" };
  const document = { ...PROTOCOL_WORKSPACE, traits: [trait], segments: [], destinations: [] };
  const [partner] = snapshotOf(document).partnersById.values();
  const query = "C_Color=1&c_color=2&p_age=3&P_x=4&d_uuid=5&123=6&a%20b=7&d_event=imp&H_Own=8";
  const headers = ["Referer", "https://shop.example/", "Cookie", "a=b", "X-Forwarded-For", "::1"];
  const parsed = parseCall({ ...callOf(`/event?${query}`), headers });
  assert.ok(partner && parsed.call.ok);
  const visited: (readonly [string, boolean])[] = [];
  visitKeys(parsed.call.value, partner, (key, isAsked) => visited.push([key, isAsked]));
  assert.deepEqual(visited, [
    ["c_color", true],
    ["d_event", false],
    ["h_own", false],
    ["h_referer", false],
  ]);
});
