import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import type { Workspace } from "@dunlin/contract/workspace";
import { seededRandom } from "../../test/support/random.ts";
import { aPartner, aSegment, aTrait } from "../catalog/builders.ts";
import { readWorkspace } from "../catalog/read-workspace.ts";
import { readWorkspaceFile } from "../catalog/workspace-text.ts";
import { type CaseResult, readCases, runRuleCases } from "./rule-tests.ts";

function workspaceOf(changes: object = {}): Workspace {
  const read = readWorkspace({
    settings: {
      rateLimit: { perId: 1, perAddress: 1, windowSeconds: 60, mode: "soft" },
      cookieConfirm: true,
    },
    partners: [aPartner(1957, { alias: "Alpha", refererAllowList: ["alpha.example"] })],
    dataSources: [
      {
        dataSourceId: 1001,
        pid: 1957,
        name: "CRM",
        idType: "CROSS_DEVICE",
        authenticatedProfile: true,
        integrationCode: "crm",
      },
      { dataSourceId: 1002, pid: 1957, name: "Site", idType: "COOKIE" },
    ],
    traits: [
      aTrait(1, { name: "Blue", traitRule: 'color == "blue"', ttl: 7 }),
      aTrait(2, { name: "Dear", traitRule: "price > 100" }),
      aTrait(3, { name: "Twin", status: "INACTIVE" }),
      aTrait(4, { name: "Twin" }),
      aTrait(5, { name: "Phone", traitRule: 'd_device_os_name == "ios" AND p_age < 30' }),
    ],
    mergeRules: [
      {
        mergeRuleId: 1,
        pid: 1957,
        name: "Device",
        crossDevice: "NONE",
        device: "DEVICE",
        default: true,
      },
      {
        mergeRuleId: 2,
        pid: 1957,
        name: "Customer",
        crossDevice: "CURRENT",
        device: "NO_DEVICE",
        dataSourceIds: [1001],
      },
    ],
    segments: [
      aSegment(11, "frequency([1T] <= 5D) >= 2", { name: "Likes blue" }),
      aSegment(12, "1T AND NOT 2T", { name: "Blue and cheap" }),
      aSegment(13, "1T", { name: "Customer in blue", mergeRuleId: 2 }),
      aSegment(14, "1T", { name: "Paused", status: "INACTIVE" }),
    ],
    ...changes,
  });
  assert.ok(read.ok, JSON.stringify(read));
  return read.value.workspace;
}

const WORKSPACE = workspaceOf();

async function run(...cases: readonly object[]): Promise<readonly CaseResult[]> {
  const file = { partner: "alpha", cases: cases.map((one) => ({ name: "it", ...one })) };
  const read = readCases(file, WORKSPACE);
  assert.ok(read.ok, JSON.stringify(read));
  return runRuleCases(WORKSPACE, read.value);
}

function failuresOf(results: readonly CaseResult[]): readonly unknown[] {
  return results.flatMap(({ failures }) =>
    failures.map((failure) =>
      failure.kind === "call"
        ? failure.message
        : `${failure.kind} ${failure.sid} ${failure.expected}`,
    ),
  );
}

const BLUE = { color: "Blue" };

test("a case passes when its call realizes the traits and leads into the segments it names", async () => {
  const results = await run({
    history: [{ daysAgo: 5, signals: BLUE }],
    signals: { color: ["red", "blue"], price: 100 },
    expect: { traits: [1], notTraits: ["Dear"], segments: ["Likes blue", 12], notSegments: [13] },
  });
  assert.deepEqual(results, [{ name: "it", failures: [] }]);
});

test("what is otherwise is a failure, with what was realized and the proof of the segment", async () => {
  const [result] = await run({
    signals: { color: "blue,red", price: "120" },
    expect: { notTraits: [1], segments: [11] },
  });
  assert.deepEqual(failuresOf(result === undefined ? [] : [result]), [
    "segment 11 true",
    "trait 1 false",
  ]);
  const [segment, trait] = result?.failures ?? [];
  assert.ok(segment?.kind === "segment" && trait?.kind === "trait");
  assert.deepEqual(trait.realized, [1, 2]);
  assert.match(segment.proof?.summary.join(" ") ?? "", /needs 1 more realization of trait 1/);
});

test("each case begins with nobody known, and a call may come several times", async () => {
  const results = await run(
    { history: [{ daysAgo: 1, times: 2, signals: BLUE }], expect: { segments: [11] } },
    { signals: BLUE, expect: { notSegments: [11] } },
  );
  assert.deepEqual(failuresOf(results), []);
});

test("time passes between the calls and after them: windows and lives run out", async () => {
  const results = await run({
    now: "2026-02-10T23:00:00+01:00",
    history: [{ at: "2026-02-08T10:00:00Z", times: 2, sids: [1] }],
    expect: [
      { segments: [11, 12] },
      { daysLater: 3, segments: [11, 12] },
      { daysLater: 4, segments: [12], notSegments: [11] },
      { at: "2026-02-15T23:59:59Z", segments: [12] },
      { at: "2026-02-16T00:00:00Z", notSegments: [12] },
    ],
  });
  assert.deepEqual(failuresOf(results), []);
});

test("customers are told from devices by their IDs and states, sources by number or code", async () => {
  const loggedIn = { ids: [{ source: "crm", id: 7, state: "logged-in" }] };
  const results = await run(
    {
      history: [{ daysAgo: 1, device: "laptop", ...loggedIn, signals: BLUE }],
      device: "phone",
      ...loggedIn,
      expect: { segments: [13], notSegments: [12] },
    },
    {
      history: [{ daysAgo: 1, device: "laptop", ...loggedIn, signals: BLUE }],
      device: "phone",
      signals: {},
      expect: { notSegments: [13, 12] },
    },
    {
      ids: [{ source: 1001, id: "7", state: 2 }],
      signals: BLUE,
      expect: { segments: [12], notSegments: [13] },
    },
  );
  assert.deepEqual(failuresOf(results), []);
});

test("headers, devices and private values are signals as in any call; inactive things stay still", async () => {
  const agent =
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1";
  const results = await run(
    { signals: { "h_user-agent": agent, p_age: 29 }, expect: { traits: ["Phone"] } },
    { sids: [3], expect: { notTraits: [3], notSegments: ["Paused"] } },
  );
  assert.deepEqual(failuresOf(results), []);
});

test("a call that is refused, or answered with errors, is a failure of its case", async () => {
  const results = await run(
    { ids: [{ source: 999, id: "x" }], signals: {}, expect: { notTraits: [1] } },
    { signals: { color: "x".repeat(40_000) }, expect: { notTraits: [1] } },
  );
  const [one, other] = failuresOf(results);
  assert.match(String(one), /^error 300: /);
  assert.match(String(other), /^error 311: /);
});

test("the calls of a history come in the order of their times, however they are listed", () => {
  const history = [3, 40, 1].map((daysAgo) => ({ daysAgo, signals: BLUE }));
  const cases = [{ name: "x", now: "2026-03-01T00:00:00Z", history, expect: { segments: [11] } }];
  const read = readCases({ partner: 1957, cases }, WORKSPACE);
  const times = read.ok ? read.value[0]?.history.map(({ at }) => new Date(at).toISOString()) : [];
  assert.deepEqual(
    times?.map((time) => time.slice(0, 10)),
    ["2026-01-20", "2026-02-26", "2026-02-28"],
  );
});

describe("a file of cases with faults names each with its place", () => {
  const rows: readonly (readonly [string, unknown, string, RegExp])[] = [
    ["no object", [], "", /E_TYPE/],
    ["no cases", { partner: 1957 }, "/cases", /E_MISSING_KEY/],
    [
      "an unknown key",
      { cases: [{ name: "x", partner: 1957, signal: {}, expect: { segments: [11] } }] },
      "/cases/0/signal",
      /did you mean "signals"/,
    ],
    [
      "no name",
      { partner: 1957, cases: [{ expect: { segments: [11] } }] },
      "/cases/0/name",
      /E_TYPE/,
    ],
    [
      "another's partner",
      { partner: 3, cases: [{ name: "x" }] },
      "/cases/0/partner",
      /PID or alias/,
    ],
    [
      "no expectation",
      { partner: 1957, cases: [{ name: "x", signals: {} }] },
      "/cases/0/expect",
      /E_MISSING_KEY/,
    ],
    [
      "a time that is none",
      { now: "noon", partner: 1957, cases: [{ name: "x" }] },
      "/cases/0/now",
      /2026-01-31T12/,
    ],
    ["an unknown trait", expecting({ traits: [77] }), "/cases/0/expect/traits/0", /no such trait/],
    [
      "a name that two have",
      expecting({ traits: ["Twin"] }),
      "/cases/0/expect/traits/0",
      /more than one such trait/,
    ],
    [
      "traits at another time",
      expecting({ daysLater: 1, traits: [1] }),
      "/cases/0/expect",
      /own time/,
    ],
    [
      "an expectation of the past",
      expecting({ at: "2020-01-01T00:00:00Z", segments: [11] }),
      "/cases/0/expect",
      /from the case's own on/,
    ],
    ["history without a time", withStep({}), "/cases/0/history/0", /"at" or "daysAgo"/],
    [
      "history in the future",
      withStep({ at: "2036-01-01T00:00:00Z" }),
      "/cases/0/history/0",
      /before the case's own/,
    ],
    [
      "too many times",
      withStep({ daysAgo: 1, times: 0 }),
      "/cases/0/history/0/times",
      /from 1 to 1000/,
    ],
    [
      "a state that is none",
      withStep({ daysAgo: 1, ids: [{ source: 1, id: "x", state: "in" }] }),
      "/cases/0/history/0/ids/0/state",
      /logged-in/,
    ],
    [
      "a source that is none",
      withStep({ daysAgo: 1, ids: [{ id: "x" }] }),
      "/cases/0/history/0/ids/0/source",
      /data source/,
    ],
    [
      "signals that are a list",
      withStep({ daysAgo: 1, signals: ["a"] }),
      "/cases/0/history/0/signals",
      /E_TYPE/,
    ],
    [
      "a signal that is an object",
      withStep({ daysAgo: 1, signals: { a: { b: 1 } } }),
      "/cases/0/history/0/signals/a",
      /E_TYPE/,
    ],
    [
      "a trait ID that is none",
      withStep({ daysAgo: 1, sids: ["Blue"] }),
      "/cases/0/history/0/sids/0",
      /ID of a trait/,
    ],
  ];
  for (const [what, input, at, expected] of rows) {
    test(what, () => {
      const read = readCases(input, WORKSPACE);
      assert.ok(!read.ok);
      const fault = read.error.find((one) => one.at === at);
      assert.match(`${fault?.code} ${fault?.message}`, expected, JSON.stringify(read.error));
    });
  }
});

function expecting(expect: object): object {
  return { partner: 1957, cases: [{ name: "x", signals: {}, expect }] };
}

function withStep(step: object): object {
  return { partner: 1957, cases: [{ name: "x", history: [step], expect: { segments: [11] } }] };
}

test("what calls by chance are answered is what the proof says of every segment of the demo", async () => {
  const text = readFileSync(new URL("../../demo/workspace.yaml", import.meta.url), "utf8");
  const demo = readWorkspaceFile(text, "yaml");
  assert.ok(demo.ok);
  const { workspace } = demo.value;
  const random = seededRandom(31);
  const events = [
    ...[
      { c_category: "running-shoes", c_page: "category" },
      { c_page: "article", c_topic: "training,hills" },
    ],
    ...[{ c_event: "basket_add" }, { c_event: "purchase", c_sku: "RS-104", c_order_value: 230 }],
    ...[
      { c_visit: "new", c_page: "home" },
      { c_search: "cheap half marathon" },
      { c_event: "join" },
    ],
  ];
  const sids = workspace.segments.map(({ sid }) => sid);
  const cases = Array.from({ length: 60 }, (_, n) => ({
    name: `case ${n}`,
    history: Array.from({ length: random.below(8) }, () => ({
      daysAgo: random.below(40),
      signals: random.pick(events),
    })),
    signals: random.pick(events),
    expect: [{ segments: sids }, { notSegments: sids }],
  }));
  const read = readCases({ partner: 42, cases }, workspace);
  assert.ok(read.ok, JSON.stringify(read));
  let members = 0;
  for (const { failures } of await runRuleCases(workspace, read.value)) {
    // Each segment fails in one of the two ways.
    assert.deepEqual(failures.map((one) => "sid" in one && one.sid).sort(), sids.toSorted());
    for (const failure of failures) {
      assert.ok(failure.kind === "segment");
      assert.equal(failure.proof?.member, !failure.expected, JSON.stringify(failure));
      if (!failure.expected) members += 1;
    }
  }
  assert.ok(members > 60, `${members}`);
});
