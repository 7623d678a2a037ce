// The sample calls of the protocol's public documentation, pasted as they are: only the address is ours,
// and `Host` names the partner.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { PROTOCOL_WORKSPACE } from "../support/protocol-vectors.ts";
import { type RunningNode, startNode } from "../support/start-node.ts";
import { mismatches } from "../support/vector-matcher.ts";

const run = promisify(execFile);

const owner = { pid: 1957, dataSourceId: 1002 };
const trait = (sid: number, traitRule: string | null, dataSourceId = 1002) => {
  return { ...owner, sid, dataSourceId, name: `Trait ${sid}`, traitRule };
};

/** What the samples speak of: a partner called foo, a few traits, a segment in two kinds of IDs. */
const WORKSPACE = {
  ...PROTOCOL_WORKSPACE,
  partners: PROTOCOL_WORKSPACE.partners.map((partner) =>
    partner.pid === 1957 ? { ...partner, alias: "foo" } : partner,
  ),
  traits: [
    trait(420020, 'c_likes == "famous popstar" AND c_loves == "famous actress"'),
    trait(5421506, "p_age < 25"),
    trait(1234, null),
    trait(5678, null),
    trait(9876, null),
    trait(11, 'key1 == "val1"', 1002),
    trait(12, 'key2 == "val2"', 1003),
    trait(13, 'd_src == "203" AND d_campaign == "4709"'),
    trait(14, 'color == "red"'),
    trait(15, 'age == "41 to 55"'),
  ],
  segments: [
    { ...owner, sid: 984263, legacyId: 26, name: "Fans", segmentRule: "420020T" },
    { ...owner, sid: 985264, legacyId: 14, name: "Young", segmentRule: "5421506T AND 420020T" },
  ],
  destinations: [],
};

const UUID = "22920112968019678612904394744954398990";
const ANY_UUID = { $regex: "^[0-9]{38}$" };
const ANY_TID = { $regex: "^[A-Za-z0-9+/]{11}=$" };

interface Sample {
  readonly what: string;
  readonly target: string;
  readonly curl?: readonly string[];
  readonly body: object;
}

const SAMPLES: readonly Sample[] = [
  {
    what: "a server-to-server call at a regional address",
    target: `/event?d_rtbd=json&d_jsonv=1&d_uuid=${UUID}`,
    body: { stuff: [], uuid: UUID, dcs_region: 7, tid: ANY_TID, errors: { $absent: true } },
  },
  {
    what: "signals in a query, traits and segments in the answer",
    target: `/event?d_rtbd=json&d_cts=2&c_likes=famous%20popstar&c_loves=famous%20actress&p_age=23`,
    body: { uuid: ANY_UUID, traits: [420020, 5421506], segments: [984263, 985264] },
  },
  {
    what: "the same with legacy segment IDs",
    target: `/event?d_rtbd=json&d_cts=1&c_likes=famous%20popstar&c_loves=famous%20actress&p_age=23`,
    body: { traits: [420020, 5421506], segments: [14, 26] },
  },
  {
    what: "a POST of a form",
    target: "/event",
    curl: [
      "--data",
      `c_likes=famous%20popstar&c_loves=famous%20actress&d_rtbd=json&d_cts=2&d_uuid=${UUID}`,
    ],
    body: { uuid: UUID, traits: [420020] },
  },
  {
    what: "traits named outright",
    target: "/event?d_rtbd=json&d_cts=2&d_sid=1234,5678,9876",
    body: { traits: [1234, 5678, 9876] },
  },
  {
    what: "rules of one data source, by its ID",
    target: "/event?d_rtbd=json&d_cts=2&key1=val1&key2=val2&d_tdpid=1002",
    body: { traits: [11] },
  },
  {
    what: "rules of one data source, by its integration code",
    target: "/event?d_rtbd=json&d_cts=2&key1=val1&key2=val2&d_tdpid_ic=ic2",
    body: { traits: [12] },
  },
  {
    what: "an impression",
    target: "/event?d_event=imp&d_rtbd=json&d_cts=2&d_src=203&d_site=foo&d_campaign=4709",
    body: { traits: [13] },
  },
  {
    what: "several values in one signal",
    target: "/event?d_rtbd=json&d_cts=2&color=blue,red,green",
    body: { traits: [14] },
  },
  {
    what: "a quoted value",
    target: "/event?d_rtbd=json&d_cts=2&age=%2241%20to%2055%22",
    body: { traits: [15] },
  },
  {
    what: "two bad IDs at once",
    target: "/event?d_rtbd=json&d_mid=12345&d_uuid=67890",
    body: { errors: [{ code: 101 }, { code: 102 }], uuid: { $absent: true } },
  },
  {
    what: "macros of an ad server that were never filled in",
    target: "/event?d_event=imp&d_rtbd=json&d_src=38454&d_site=%esid!&d_creative=%ecid!",
    body: { errors: [{ code: 311, msg: "Request contains invalid parameters" }] },
  },
];

let node: RunningNode;
before(async () => {
  node = await startNode({
    workspace: WORKSPACE,
    args: ["--domain", "demdex.net", "--region", "7"],
  });
});
after(() => node[Symbol.asyncDispose]());

for (const { what, target, curl = [], body } of SAMPLES) {
  test(`sample: ${what}`, async () => {
    const args = ["-sS", "-H", "Host: foo.demdex.net", ...curl, `${node.collectUrl}${target}`];
    const { stdout } = await run("curl", args);
    assert.deepEqual(mismatches(JSON.parse(stdout), body), []);
  });
}

test("sample: JSONP with the documentation's callback", async () => {
  const url = `${node.collectUrl}/event?d_rtbd=json&d_cb=acme_callback`;
  const { stdout } = await run("curl", ["-sS", "-H", "Host: foo.demdex.net", url]);
  assert.match(stdout, /^acme_callback\(\{.*\}\)$/);
});

test("sample: without d_rtbd the answer is a pixel and holds no data", async () => {
  const url = `${node.collectUrl}/event?d_cb=acme_callback&c_likes=famous%20popstar`;
  const { stdout } = await run("curl", [
    "-sS",
    "-D-",
    "-o/dev/null",
    "-H",
    "Host: foo.demdex.net",
    url,
  ]);
  assert.match(stdout, /content-type: image\/gif/i);
});
