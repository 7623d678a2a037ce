import assert from "node:assert/strict";
import { test } from "node:test";
import {
  buildWorld,
  callOf,
  snapshotOf,
  type TestWorld,
  withStore,
} from "../../test/support/event-world.ts";
import { PROTOCOL_VECTORS, PROTOCOL_WORKSPACE } from "../../test/support/protocol-vectors.ts";
import { mismatches } from "../../test/support/vector-matcher.ts";
import { type DeviceId, parseDeviceId } from "../model/ids.ts";
import { DAY_MS } from "../model/time.ts";
import { refuseUnspecified } from "./answer.ts";
import { handleEvent } from "./handle-event.ts";
import type { EventReply } from "./reply.ts";

const DEVICE = "22920112968019678612904394744954398990";

function deviceId(text: string): DeviceId {
  const device = parseDeviceId(text);
  assert.ok(device);
  return device;
}

interface Answer {
  readonly uuid?: string;
  readonly stuff?: readonly { readonly cv: string }[];
  readonly traits?: readonly number[];
  readonly segments?: readonly number[];
  readonly errors?: readonly { readonly code: number }[];
}

async function ask(world: TestWorld, query: string): Promise<Answer> {
  const reply = await handleEvent(world, callOf(`/event?d_rtbd=json&d_cts=2&${query}`));
  return JSON.parse(reply.body);
}

/** The base workspace of the vectors with other rules. */
function workspaceWith(
  traits: Readonly<Record<number, string>>,
  segments: Readonly<Record<number, string>> = {},
  partner: Readonly<Record<string, unknown>> = {},
): object {
  const owner = { pid: 1957, dataSourceId: 1002 };
  return {
    ...PROTOCOL_WORKSPACE,
    partners: PROTOCOL_WORKSPACE.partners.map((entry) =>
      entry.pid === 1957 ? { ...entry, ...partner } : entry,
    ),
    traits: Object.entries(traits).map(([sid, traitRule]) => {
      return { sid: Number(sid), ...owner, name: `Trait ${sid}`, traitRule };
    }),
    segments: Object.entries(segments).map(([sid, segmentRule]) => {
      return { sid: Number(sid), ...owner, name: `Segment ${sid}`, segmentRule };
    }),
    destinations: [],
  };
}

test("what a visitor did adds up over calls, and the third visit makes the segment", async () => {
  const world = buildWorld(workspaceWith({ 1: 'page == "shoes"' }, { 10: "frequency([1T]) >= 3" }));
  for (const expected of [[], [], [10], [10]]) {
    const answer = await ask(world, `d_uuid=${DEVICE}&page=shoes`);
    assert.deepEqual(answer.segments, expected);
    assert.deepEqual(answer.traits, [1]);
  }
});

test("a segment is left when the trait's life ends, without any further signal", async () => {
  const world = buildWorld(workspaceWith({ 1: 'page == "shoes"' }, { 10: "1T" }));
  assert.deepEqual((await ask(world, `d_uuid=${DEVICE}&page=shoes`)).segments, [10]);
  world.nowMs += 119 * DAY_MS;
  assert.deepEqual((await ask(world, `d_uuid=${DEVICE}`)).segments, [10]);
  world.nowMs += 2 * DAY_MS;
  assert.deepEqual((await ask(world, `d_uuid=${DEVICE}`)).segments, []);
});

test("a device that was away for more than 120 days begins anew", async () => {
  const world = buildWorld(workspaceWith({ 1: 'page == "shoes"' }, { 10: "frequency([1T]) >= 2" }));
  await ask(world, `d_uuid=${DEVICE}&page=shoes`);
  world.nowMs += 122 * DAY_MS;
  assert.deepEqual((await ask(world, `d_uuid=${DEVICE}&page=shoes`)).segments, []);
  assert.deepEqual((await ask(world, `d_uuid=${DEVICE}&page=shoes`)).segments, [10]);
});

test("two partners never see each other's traits of one device", async () => {
  const document = workspaceWith({ 1: 'page == "shoes"' }, { 10: "1T" });
  const partners = PROTOCOL_WORKSPACE.partners.map((entry) => ({
    ...entry,
    traitsInResponse: true,
  }));
  const world = buildWorld({ ...document, partners });
  await ask(world, `d_uuid=${DEVICE}&page=shoes`);
  const elsewhere = callOf(`/event?d_rtbd=json&d_cts=2&d_uuid=${DEVICE}&page=shoes`, {
    host: "beta.demdex.net",
  });
  assert.deepEqual(JSON.parse((await handleEvent(world, elsewhere)).body).segments, []);
  assert.deepEqual((await ask(world, `d_uuid=${DEVICE}`)).segments, [10]);
});

test("a HEAD call is answered like a GET and leaves nothing behind", async () => {
  const world = buildWorld(workspaceWith({ 1: 'page == "shoes"' }, { 10: "1T" }));
  const target = `/event?d_uuid=${DEVICE}&page=shoes`;
  const reply = await handleEvent(world, callOf(target, { method: "HEAD" }));
  assert.equal(reply.status, 200);
  assert.deepEqual(reply.cookies, []);
  assert.deepEqual((await ask(world, `d_uuid=${DEVICE}`)).segments, []);
});

test("a trait named outright and by its rule counts once, however often it is named", async () => {
  const world = buildWorld(workspaceWith({ 1: 'page == "shoes"' }, { 10: "frequency([1T]) == 1" }));
  const answer = await ask(world, `d_uuid=${DEVICE}&page=shoes,shoes&d_sid=1,1&d_px=1`);
  assert.deepEqual(answer.traits, [1]);
  assert.deepEqual(answer.segments, [10]);
});

test("headers are signals, but credentials and what proxies add are not", async () => {
  const rules = {
    1: 'h_user-agent contains "duck"',
    2: 'h_cookie contains "a"',
    3: 'h_authorization contains "a"',
    4: 'h_x-forwarded-for contains "1"',
    5: 'h_host == "alpha.demdex.net"',
    6: 'h_ip == "192.0.2.1"',
    7: 'h_accept-language == "de,en"',
  };
  const world = buildWorld(workspaceWith(rules));
  const headers = ["User-Agent", "a Duck", "Cookie", "a=a", "Authorization", "a"];
  headers.push("X-Forwarded-For", "1.1.1.1", "Accept-Language", "de,en");
  const reply = await handleEvent(world, callOf("/event?d_rtbd=json&d_cts=2", { headers }));
  assert.deepEqual(JSON.parse(reply.body).traits, [1, 5, 6, 7]);
});

test("the client's address is shortened for a partner who wants that", async () => {
  const rules = { 1: 'h_ip == "192.0.2.1"', 2: 'h_ip == "192.0.2.0"' };
  const world = buildWorld(workspaceWith(rules, {}, { ipObfuscation: "all" }));
  assert.deepEqual((await ask(world, "")).traits, [2]);
});

test("a derived signal is as good as one that was sent, and derives nothing further", async () => {
  const derived = (id: number, source: string, target: string) => {
    return {
      derivedSignalId: id,
      pid: 1957,
      sourceKey: source,
      sourceValue: "X",
      targetKey: target,
    };
  };
  const document = {
    ...workspaceWith({ 1: 'camera == "brand x"', 2: 'lens == "brand x"' }),
    derivedSignals: [
      { ...derived(1, "sku", "camera"), targetValue: "Brand X" },
      { ...derived(2, "camera", "lens"), sourceValue: "brand x", targetValue: "brand x" },
    ],
  };
  const world = buildWorld(document);
  assert.deepEqual((await ask(world, "SKU=a,x")).traits, [1]);
  assert.deepEqual((await ask(world, "sku=y")).traits, []);
});

test("for a partner with case-sensitive traits neither keys nor values fold", async () => {
  const rules = { 1: 'Page == "Shoes"' };
  const world = buildWorld(workspaceWith(rules, {}, { caseSensitiveTraits: true }));
  assert.deepEqual((await ask(world, "Page=Shoes")).traits, [1]);
  assert.deepEqual((await ask(world, "page=Shoes")).traits, []);
  assert.deepEqual((await ask(world, "Page=shoes")).traits, []);
});

test("an answer is pure ASCII and closes no script", async () => {
  const world = buildWorld(PROTOCOL_WORKSPACE);
  const reply = await handleEvent(
    world,
    callOf("/event?d_rtbd=json&d_mid=%3C/script%3E%26%E2%80%A8%C3%A9"),
  );
  assert.match(reply.body, /^[\x20-\x7e]+$/);
  assert.doesNotMatch(reply.body, /[<>&]/);
  assert.equal(
    JSON.parse(reply.body).errors[0].msg,
    "Invalid Experience Cloud id passed in </script>&\u2028é",
  );
});

test("definitions published meanwhile wait for the next call", async () => {
  const before = snapshotOf(workspaceWith({ 1: 'page == "shoes"' }), 1);
  const after = snapshotOf(workspaceWith({ 2: 'page == "shoes"' }), 2);
  let current = before;
  const world = buildWorld(PROTOCOL_WORKSPACE, { catalog: () => current });
  const call = handleEvent(world, callOf("/event?d_rtbd=json&d_cts=2&page=shoes"));
  current = after;
  const reply = await call;
  assert.equal(reply.revision, 1);
  assert.deepEqual(JSON.parse(reply.body).traits, [1]);
  assert.deepEqual((await ask(world, "page=shoes")).traits, [2]);
});

test("a deleted segment is left, a paused one keeps its members", async () => {
  const rules = { 1: 'page == "shoes"' };
  const both = workspaceWith(rules, { 10: "1T", 11: "1T" });
  const later = {
    ...workspaceWith(rules, { 11: "1T" }),
    segments: [
      {
        ...{ sid: 11, pid: 1957, dataSourceId: 1002, name: "Paused" },
        ...{ segmentRule: "1T", status: "INACTIVE" },
      },
    ],
  };
  let current = snapshotOf(both, 1);
  const world = buildWorld(both, { catalog: () => current });
  assert.deepEqual((await ask(world, `d_uuid=${DEVICE}&page=shoes`)).segments, [10, 11]);
  current = snapshotOf(later, 2);
  assert.deepEqual((await ask(world, `d_uuid=${DEVICE}`)).segments, []);
  const [partner] = current.partnersById.values();
  assert.ok(partner);
  const key = { kind: "device", pid: partner.pid, device: deviceId(DEVICE) } as const;
  const [profile] = await world.store.load([key]);
  assert.deepEqual(
    profile?.membership.map((entry) => entry.sid),
    [11],
  );
});

// What goes wrong on our side, and what remains of the answer.

const brokenRules = (): TestWorld => {
  const snapshot = snapshotOf(PROTOCOL_WORKSPACE);
  const world = buildWorld(PROTOCOL_WORKSPACE);
  for (const partner of snapshot.partnersById.values()) {
    Object.assign(partner.traitIndex, {
      keyNumber: () => 0,
      realized: () => {
        throw new Error("the rule engine failed");
      },
    });
  }
  return { ...world, catalog: () => snapshot };
};

const asking = (settings: object): object => {
  const all = { ...PROTOCOL_WORKSPACE.settings, ...settings };
  return { ...PROTOCOL_WORKSPACE, settings: all };
};

/** The base workspace with consent asked for, and a destination that hands it on. */
const consenting = (): object => {
  const url = "https://dest.example/px?u=%did%&g=${GDPR}&c=${GDPR_CONSENT_565}";
  const destination = { destinationId: 7001, pid: 1957, name: "Pixel", destinationType: "PUSH" };
  return {
    ...PROTOCOL_WORKSPACE,
    partners: PROTOCOL_WORKSPACE.partners.map((partner) => ({ ...partner, tcf: true })),
    destinations: [{ ...destination, mappings: [{ mappingId: 1, sid: 9001, url }] }],
  };
};

const ARRANGED: Readonly<Record<string, () => TestWorld | Promise<TestWorld>>> = {
  "tcf-cmp-unknown": () => buildWorld(consenting()),
  "rate-limited": async () => {
    const rateLimit = { perId: 1, perAddress: null, windowSeconds: 60, mode: "http" };
    const world = buildWorld(asking({ rateLimit }));
    await ask(world, `d_uuid=${DEVICE}`);
    return world;
  },
  "trait-evaluation-failed": brokenRules,
  "profile-read-failed": () => {
    const load = () => Promise.reject(new Error("timed out"));
    return withStore(buildWorld(PROTOCOL_WORKSPACE), { load });
  },
  "internal-error": () => {
    const commitVisit = () => Promise.reject(new Error("disk full"));
    return withStore(buildWorld(PROTOCOL_WORKSPACE), { commitVisit });
  },
};

/** As the collection server does: a rejected call is answered with error 0. */
function answerOf(world: TestWorld, target: string): Promise<EventReply> {
  const call = callOf(target);
  return handleEvent(world, call).catch(() => refuseUnspecified(world, call));
}

for (const [name, arrange] of Object.entries(ARRANGED)) {
  test(`vector ${name}`, async () => {
    const vector = PROTOCOL_VECTORS.find((row) => row.name === name);
    assert.ok(vector, "no such vector");
    const { status, headers = {}, body } = vector.expect;
    const reply = await answerOf(await arrange(), vector.request.path);
    if (body !== undefined) assert.deepEqual(mismatches(JSON.parse(reply.body), body), []);
    assert.equal(reply.status, status);
    assert.equal(reply.errors.map((error) => error.code).join(), headers["x-error"] ?? "");
    const retryAfter = reply.retryAfterSeconds?.toString();
    assert.deepEqual(mismatches(retryAfter, headers["retry-after"] ?? { $absent: true }), []);
  });
}

test("a call whose change could not be stored promises nothing", async () => {
  const arrange = ARRANGED["internal-error"];
  assert.ok(arrange);
  const reply = await answerOf(await arrange(), "/event?d_rtbd=json&key1=val1");
  assert.deepEqual(Object.keys(JSON.parse(reply.body)).sort(), ["dcs_region", "errors", "tid"]);
  assert.deepEqual(reply.cookies, []);
});
