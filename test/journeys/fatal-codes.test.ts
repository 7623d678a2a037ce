// A call that ends in a fatal code changes nothing, whatever it brings beside: over calls made from seeds,
// in process, with the store's content compared before and after.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { EventErrorCode } from "@dunlin/contract/errors";
import type { RawCall } from "../../src/event/parse/raw-call.ts";
import type { EventReply } from "../../src/event/reply.ts";
import { answerCall } from "../../src/http/collection/answer-call.ts";
import { isCallRoute, routeOf } from "../../src/http/collection/route.ts";
import { declaredIdentity, deviceIdentity } from "../../src/model/identity-key.ts";
import { asDataSourceId, asPartnerId } from "../../src/model/ids.ts";
import { deviceId } from "../support/declared-calls.ts";
import { buildWorld, callOf, everywhereIn, type TestWorld } from "../support/event-world.ts";
import { PROTOCOL_WORKSPACE } from "../support/protocol-vectors.ts";
import { type Random, seededRandom } from "../support/random.ts";
import { GatedStore } from "../support/visit-gated-store.ts";

const ROUNDS = 120;
const KNOWN = "22920112968019678612904394744954398990";
const OTHER = "00000000000000000010000000000000000002";
const DENIED = "00000000000000000030000000000000000004";
const REFUSAL = "CP1R2oAP1R2oAAHABBENDIEgAIAAAAAAAAqIEawAQEagAAAA";
const ORG = "d_orgid=A1B2C3D4E5F60718293A4B5C%40AdobeOrg";

type Endpoint = "event" | "id" | "sync";
const ALL: readonly Endpoint[] = ["event", "id", "sync"];

/** One way to end in a code. */
interface Ending {
  readonly code: EventErrorCode;
  readonly name: string;
  readonly endpoints?: readonly Endpoint[];
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly partner?: Readonly<Record<string, unknown>>;
  readonly country?: string;
  /** Pairs that it takes, each alternative by itself. */
  readonly pairs?: readonly string[];
  readonly cookie?: string | null;
  readonly raw?: Partial<RawCall>;
  readonly path?: Partial<Record<Endpoint, string>>;
  /** What else may be in the call must not name anybody. */
  readonly isNameless?: true;
  readonly before?: (world: TestWorld) => Promise<unknown>;
  readonly breakStore?: true;
  /** A click is not led on. */
  readonly isUntrusted?: true;
}

const BAD_IDS = ["1", "x".repeat(38), "9".repeat(38), "0".repeat(38), "-1", "1e38"];

const ENDINGS: readonly Ending[] = [
  {
    ...{ code: 0, name: "a store that cannot commit", breakStore: true, isUntrusted: true },
    ...{ endpoints: ["event"] },
  },
  { code: 1, name: "a host of nobody", raw: { host: "nobody.demdex.net" }, isUntrusted: true },
  {
    ...{ code: 2, name: "an org of nobody", raw: { host: "dpm.demdex.net" }, isUntrusted: true },
    pairs: ["d_orgid=x", "d_orgid=a1b2c3d4e5f60718293a4b5c%40AdobeOrg", "d_orgid=%00"],
  },
  { code: 100, name: "no host", raw: { host: "" }, isUntrusted: true },
  {
    ...{ code: 101, name: "a bad visitor ID", endpoints: ["event", "id"], isNameless: true },
    pairs: BAD_IDS.map((id) => `d_mid=${id}`),
  },
  {
    ...{ code: 102, name: "a bad device ID", isNameless: true },
    pairs: BAD_IDS.map((id) => `d_uuid=${id}`),
  },
  {
    ...{ code: 104, name: "nothing but bad customer IDs", cookie: null, isNameless: true },
    ...{ endpoints: ["event"], pairs: ["d_cid=nope", "d_cid=1001%01", "d_cid_ic=no%01x%011"] },
  },
  {
    ...{ code: 104, name: "nothing but somebody else's customer ID", cookie: null },
    ...{ endpoints: ["event"], isNameless: true, pairs: ["d_cid=2001%01b", "dpid=2001&dpuuid=b"] },
  },
  {
    ...{ code: 303, name: "a denied customer ID alone", cookie: null, isNameless: true },
    ...{ endpoints: ["event"], pairs: ["d_cid=1001%01denied%011"] },
    before: ({ store }) =>
      store.denials.add({
        key: { kind: "customer", dataSourceId: asDataSourceId(1001), id: "denied" },
        until: null,
      }),
  },
  {
    ...{ code: 109, name: "a page of nobody", partner: { refererAllowList: ["shop.example"] } },
    ...{ raw: { headers: ["Referer", "https://other.example/"] }, isUntrusted: true },
  },
  {
    ...{ code: 171, name: "the platform's opt-out cookie", endpoints: ["event", "sync"] },
    cookie: "demdex=NOTARGET",
  },
  {
    ...{ code: 171, name: "a device that opted out", endpoints: ["event", "sync"] },
    ...{ pairs: [`d_uuid=${DENIED}`], isNameless: true },
    before: (world) => run(world, callOf(`/demoptout?d_uuid=${DENIED}`)),
  },
  {
    ...{ code: 171, name: "a customer who opted out", endpoints: ["event", "sync"] },
    pairs: ["d_cid=1001%01gone%011", "d_cid_ic=crm%01gone", "d_dpid=1001&d_dpuuid=gone"],
    before: (world) => run(world, callOf(`/demoptout?d_uuid=${DENIED}&d_cid=1001%01gone`)),
  },
  {
    ...{ code: 172, name: "a second leg without a cookie", cookie: null, isUntrusted: true },
    path: { event: "/firstevent?", id: "/id/rd?", sync: "/demconf.jpg?et:ibs%7cdata:" },
  },
  {
    code: 198,
    name: "a country the partner refuses",
    country: "FR",
    partner: { blockedCountries: ["FR"] },
  },
  { code: 199, name: "a country the platform refuses", country: "KP" },
  {
    ...{ code: 307, name: "a denied device", pairs: [`d_uuid=${DENIED}`], isNameless: true },
    before: ({ store }) =>
      store.denials.add({ key: { kind: "device", device: deviceId(DENIED) }, until: null }),
  },
  {
    ...{ code: 307, name: "too many calls", pairs: [`d_uuid=${DENIED}`], isNameless: true },
    settings: { rateLimit: { perId: 1, perAddress: null, windowSeconds: 60, mode: "soft" } },
    before: (world) => run(world, callOf(`/id?d_uuid=${DENIED}`)),
  },
  {
    ...{
      code: 311,
      name: "broken encoding",
      pairs: ["x=%zz", "%=1", "d_cid=%e"],
      isUntrusted: true,
    },
  },
  {
    ...{ code: 311, name: "a call that is too long", pairs: [`x=${"a".repeat(8192)}`] },
    isUntrusted: true,
  },
  {
    ...{ code: 311, name: "an unsafe callback", endpoints: ["event", "id"], isUntrusted: true },
    pairs: ["d_rtbd=json&d_cb=alert(1)", "d_rtbd=json&d_cb=a-b", "d_rtbd=json&d_cb=a%5B1"],
  },
  {
    ...{ code: 311, name: "a body that is no form", endpoints: ["event"], isUntrusted: true },
    raw: { method: "POST", body: "{}", headers: ["Content-Type", "application/json"] },
  },
  {
    ...{ code: 311, name: "a target that is none", endpoints: ["event"], isUntrusted: true },
    pairs: [
      "javascript:alert(1)",
      "%2F%2Fa.example",
      "http%3A%2F%2F",
      "https%3A%2F%2Fa%0D%0Ab",
    ].map((target) => `d_event=click&d_rd=${target}`),
  },
  {
    ...{ code: 311, name: "a sync's target that is none", endpoints: ["sync"], isUntrusted: true },
    pairs: ["javascript:alert(1)", "%2F%2Fa.example", "ftp%3A%2F%2Fa.example"].map(
      (target) => `redir=${target}&d_cid=1001%01jane`,
    ),
  },
  {
    ...{ code: 315, name: "consent that is not told", partner: { tcf: true } },
    pairs: [
      "gdpr=1",
      "gdpr=1&gdpr_consent=",
      "gdpr=1&gdpr_consent=garbage",
      "gdpr=1&gdpr_consent=%00",
    ],
  },
  {
    ...{ code: 315, name: "consent that is refused", partner: { tcf: true } },
    pairs: [`gdpr=1&gdpr_consent=${REFUSAL}`],
  },
];

describe("a call that ends in a fatal code stores nothing, sets no cookie and leads only clicks on", () => {
  for (const [place, ending] of ENDINGS.entries()) {
    test(`${ending.code}: ${ending.name}`, async () => {
      const random = seededRandom(place + 1);
      for (const endpoint of ending.endpoints ?? ALL) {
        const { world, store } = await arrangedWorld(ending);
        for (let round = 0; round < ROUNDS / 3; round++) {
          const call = callThatEnds(random, ending, endpoint);
          const where = `seed ${place + 1}, round ${round}: ${JSON.stringify(call).slice(0, 700)}`;
          await assertChangesNothing(world, store, { ending, endpoint, call, where });
        }
      }
    });
  }
});

interface Trial {
  readonly ending: Ending;
  readonly endpoint: Endpoint;
  readonly call: RawCall;
  readonly where: string;
}

async function assertChangesNothing(world: TestWorld, store: GatedStore, trial: Trial) {
  const { ending, endpoint, call, where } = trial;
  store.stored.length = 0;
  const before = await contentOf(store);
  const reply = await run(world, call);
  const codes = reply.errors.map(({ code }) => code);
  assert.ok(codes.includes(ending.code), `${codes} ${where}`);
  assert.deepEqual(reply.cookies, [], where);
  assert.equal(reply.status, reply.location === undefined ? 200 : 302, where);
  const isLedOn = endpoint === "event" && call.target.includes("d_event=click");
  assert.equal(reply.location !== undefined, isLedOn && !ending.isUntrusted, where);
  assert.doesNotMatch(reply.location ?? "", /[0-9]{38}/, where);
  assertFatalBody(reply, endpoint, where);
  if (ending.name === "consent that is refused") {
    for (const { identities } of store.stored) {
      for (const { kind } of identities) assert.equal(kind, "opt-out", where);
    }
  } else {
    assert.deepEqual(store.stored, [], where);
    assert.deepEqual(await contentOf(store), before, where);
  }
}

function assertFatalBody({ form, body }: EventReply, endpoint: Endpoint, where: string): void {
  if (form === "pixel" || form === "empty") {
    assert.equal(body, "", where);
    return;
  }
  const json = form === "jsonp" ? body.slice(body.indexOf("(") + 1, -1) : body;
  const keys = Object.keys(JSON.parse(json)).sort();
  const expected = ["dcs_region", "errors", "tid"];
  if (endpoint === "id") expected.push("d_ottl", "error_msg");
  assert.deepEqual(keys, expected.sort(), where);
}

/** Everything of everybody whom the calls can mean, and the deny list. */
async function contentOf(store: GatedStore) {
  const devices = [KNOWN, OTHER, DENIED].map(deviceId);
  const people = ["jane", "john", "gone", "denied"].map((id) => {
    return { dataSourceId: asDataSourceId(1001), id };
  });
  return {
    profiles: await store.load([
      ...devices.map((device) => ({ kind: "device", pid: asPartnerId(1957), device }) as const),
      ...people.map((one) => ({ kind: "declared", ...one }) as const),
    ]),
    identities: await store.loadIdentities([
      ...devices.map(deviceIdentity),
      ...people.map(declaredIdentity),
    ]),
    denials: await store.denials.list(0),
  };
}

class BrokenStore extends GatedStore {
  isBroken = false;
  override async commitVisit(visit: Parameters<GatedStore["commitVisit"]>[0]) {
    if (this.isBroken) throw new Error("The disk is full.");
    return super.commitVisit(visit);
  }
}

async function arrangedWorld(ending: Ending) {
  const store = new BrokenStore();
  const workspace = {
    ...PROTOCOL_WORKSPACE,
    settings: { ...PROTOCOL_WORKSPACE.settings, ...ending.settings },
    partners: PROTOCOL_WORKSPACE.partners.map((one) =>
      one.pid === 1957 ? { ...one, ...ending.partner } : one,
    ),
  };
  const geo = ending.country === undefined ? {} : { geo: everywhereIn(ending.country) };
  const world = buildWorld(workspace, { store, ...geo });
  const healthy = buildWorld(PROTOCOL_WORKSPACE, { store });
  await run(healthy, callOf(`/event?d_uuid=${KNOWN}&key1=val1&d_cid=1001%01jane%011`));
  await run(healthy, callOf(`/event?d_uuid=${OTHER}&d_sid=5010&d_cid=1001%01john%012`));
  await ending.before?.(world);
  store.isBroken = ending.breakStore === true;
  return { world, store };
}

const PEOPLE = ["d_cid=1001%01jane%011", "d_cid=1001%01john%012", "d_cid_ic=loyalty%01new%011"];
const DEVICES = [`d_uuid=${OTHER}`, "d_mid=22845954047972068642896981047981475499", ""];
const SIGNALS = ["key1=val1", "d_sid=5010,5001", "color=red", "p_age=20", "c_likes=a", "d_px=5002"];
const FORMS = ["d_rtbd=json&d_cts=2&d_dst=1&d_jsonv=1", "d_rtbd=json&d_cb=f", "d_rtbd=xml", ""];
const CLICKS = [
  "d_event=click&d_rd=https%3A%2F%2Fa.example%2F%3Fu%3D%25d_uuid%25%25d_mid%25",
  "",
  "",
];

/** The pairs of an ending, with much else before and after them. */
function callThatEnds(random: Random, ending: Ending, endpoint: Endpoint): RawCall {
  const own = ending.pairs === undefined ? "" : random.pick(ending.pairs);
  const beside = [random.pick(FORMS), random.pick(SIGNALS), random.pick(SIGNALS)];
  if (!ending.isNameless) {
    beside.push(random.pick(PEOPLE), random.pick(endpoint === "sync" ? ["", ""] : DEVICES));
  }
  if (ending.code === 172) beside.splice(3);
  if (endpoint === "sync" && !own.includes("redir")) {
    beside.push("redir=https%3A%2F%2Fa.example%2F%24%7BDD_UUID%7D");
  }
  if (endpoint === "event" && !own.includes("d_event") && ending.code !== 172) {
    beside.push(random.pick(CLICKS));
  }
  if (endpoint === "id" && random.chance(0.3)) beside.push(ORG);
  const at = ending.code === 2 || own.includes("d_cb") ? 0 : random.below(beside.length + 1);
  beside.splice(at, 0, own);
  const paths = { event: "/event?", id: "/id?", sync: "/ibs:", ...ending.path };
  const cookie = ending.cookie === undefined ? cookieOf(random, ending) : ending.cookie;
  const headers = [...(ending.raw?.headers ?? []), "Origin", "https://shop.example"];
  if (cookie !== null) headers.push("Cookie", cookie);
  return callOf(paths[endpoint] + beside.filter((pair) => pair !== "").join("&"), {
    ...ending.raw,
    headers,
  });
}

function cookieOf(random: Random, { isNameless }: Ending): string {
  const cookies = ["dextp=411-1-1", `demdex=${KNOWN}; dextp=411-1-1`, `x=1; demdex=${KNOWN}`];
  return isNameless ? `demdex=${KNOWN}` : random.pick(cookies);
}

async function run(world: TestWorld, call: RawCall): Promise<EventReply> {
  const route = routeOf(call.method, call.target, false);
  assert.ok(isCallRoute(route), call.target);
  return answerCall(world, route, call);
}
