import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { EVENT_ERRORS, type EventErrorCode, eventError } from "@dunlin/contract/errors";
import fc from "fast-check";
import {
  buildWorld,
  callOf,
  everywhereIn,
  type TestWorld,
} from "../../../test/support/event-world.ts";
import { PROTOCOL_WORKSPACE } from "../../../test/support/protocol-vectors.ts";
import { answerCall } from "../../http/collection/answer-call.ts";
import { isCallRoute, routeOf } from "../../http/collection/route.ts";
import { asDataSourceId, parseDeviceId } from "../../model/ids.ts";
import { Parameters } from "../parse/parameters.ts";
import type { RawCall } from "../parse/raw-call.ts";
import { unplaced } from "../placed-error.ts";
import { HINTS } from "./hints.ts";
import { locateParameters } from "./locate.ts";
import { saidErrors } from "./strict.ts";

const DEVICE = "22920112968019678612904394744954398990";
const OPTED_OUT = "07955261652886032950143702505894272138";
const STRICT = "/event?d_rtbd=json&d_strict=1";
const FORM = ["Content-Type", "application/x-www-form-urlencoded"];
const STRING_OF = {
  noConsent: "CP1R2oAP1R2oAAHABBENDIEgAIBAAAAAAAqIAOQAgAFAAcAAAAAA",
  unknownPlatform: "CP1R2oAP1R2oA-gABBENDIEgAIBAAAAAAAqIEawAQEagAAAA",
  deletedPlatform: "CP1R2oAP1R2oABjABBENDIEgAIBAAAAAAAqIEawAQEagAAAA",
};

function strictWorkspace(alpha: Readonly<Record<string, unknown>> = {}): object {
  return {
    ...PROTOCOL_WORKSPACE,
    partners: PROTOCOL_WORKSPACE.partners.map((partner) =>
      partner.pid === 1957 ? { ...partner, strictMode: true, ...alpha } : partner,
    ),
  };
}

interface Said {
  readonly code: number;
  readonly msg: string;
  readonly at?: string;
  readonly hint?: string;
}

async function errorsOf(world: TestWorld, call: RawCall): Promise<readonly Said[]> {
  const route = routeOf(call.method, call.target, true);
  assert.ok(isCallRoute(route));
  const { body } = await answerCall(world, route, call);
  return JSON.parse(body).errors ?? [];
}

interface Row {
  readonly code: number;
  readonly about: string;
  /** A caret stands before the octet that the error is to point at, here or in a header or the body. */
  readonly target: string;
  readonly name: string;
  readonly headers?: readonly string[];
  readonly body?: string;
  readonly host?: string;
  readonly partner?: Readonly<Record<string, unknown>>;
  readonly arrange?: (world: TestWorld) => Promise<unknown>;
  readonly changes?: Partial<TestWorld>;
}

const post = (body: string, headers: readonly string[] = FORM): Partial<Row> => ({ body, headers });
const tcf = { partner: { tcf: true } };
const ids = (count: number): string =>
  Array.from({ length: count }, (_, i) => {
    return `&d_cid=${[1001, 1002, 1003, 1004][Math.floor(i / 3)]}%01a${i}`;
  }).join("");
const deny = (customer: string, source: number) => ({
  arrange: (world: TestWorld) =>
    world.store.denials.add({
      key: { kind: "customer", dataSourceId: asDataSourceId(source), id: customer },
      until: null,
    }),
});

const ROWS: readonly Row[] = [
  {
    code: 1,
    about: "an unknown host",
    target: `${STRICT}&d_orgid=A1B2C3D4E5F60718293A4B5C%40AdobeOrg`,
    host: "x.example",
    name: "Host",
  },
  {
    code: 2,
    about: "an unknown org",
    target: `${STRICT}&c_a=1&^d_orgid=nobody%40AdobeOrg`,
    name: "d_orgid",
  },
  {
    code: 100,
    about: "no host",
    target: `${STRICT}&d_orgid=A1B2C3D4E5F60718293A4B5C%40AdobeOrg`,
    host: "",
    name: "Host",
  },
  { code: 101, about: "a bad MID", target: `${STRICT}&^d_mid=secret`, name: "d_mid" },
  {
    code: 102,
    about: "a bad device ID",
    target: `${STRICT}&d_cid=1001%01a&^d_uuid=secret`,
    name: "d_uuid",
  },
  {
    code: 102,
    about: "a bad device ID in a body",
    target: "/event?d_rtbd=json",
    ...post("d_strict=1&&^d_uuid=secret"),
    name: "d_uuid",
  },
  {
    code: 104,
    about: "no ID that is valid",
    target: `${STRICT}&^d_cid=1001&d_cid=2`,
    name: "d_cid",
  },
  {
    code: 109,
    about: "a page that may not call",
    target: STRICT,
    headers: ["Referer", "https://secret.example/"],
    partner: { refererAllowList: ["shop.example"] },
    name: "Referer",
  },
  {
    code: 171,
    about: "a browser that opted out",
    target: `${STRICT}&d_uuid=${DEVICE}`,
    headers: ["Cookie", "a=b; ^demdex=NOTARGET"],
    name: "Cookie",
  },
  {
    code: 171,
    about: "a device that opted out",
    target: `${STRICT}&^d_uuid=${OPTED_OUT}`,
    name: "d_uuid",
    arrange: optOutDevice,
  },
  {
    code: 171,
    about: "a device that opted out, by its cookie",
    target: `${STRICT}&d_cid=1001%01x`,
    headers: ["Cookie", `^demdex=${OPTED_OUT}`],
    name: "Cookie",
    arrange: optOutDevice,
  },
  {
    code: 171,
    about: "a customer who opted out",
    target: `${STRICT}&d_cid=1002%01x&^d_cid=1001%01out`,
    name: "d_cid",
    arrange: (world) => ask(world, "/demoptout?d_cid=1001%01out"),
  },
  {
    code: 171,
    about: "an opt-out that is answered",
    target: `/demoptout?d_rtbd=json&d_strict=1&^d_uuid=${DEVICE}`,
    name: "d_uuid",
  },
  {
    code: 172,
    about: "a second leg without a cookie",
    target: "/id/rd?d_strict=1&^d_verify=1",
    name: "d_verify",
  },
  {
    code: 198,
    about: "a country that the partner blocks",
    target: `^${STRICT}`,
    partner: { blockedCountries: ["DE"] },
    changes: { geo: everywhereIn("DE") },
    name: "path",
  },
  {
    code: 199,
    about: "a country that the platform blocks",
    target: `^${STRICT}`,
    changes: { geo: everywhereIn("KP") },
    name: "path",
  },
  {
    code: 300,
    about: "an ID without its separator",
    target: `${STRICT}&d_cid=1001%01a&^d_cid=secret`,
    name: "d_cid",
  },
  { code: 300, about: "half a pair", target: `${STRICT}&c_a=1&^d_dpid=1001`, name: "d_dpid" },
  {
    code: 301,
    about: "the eleventh ID",
    target: `${STRICT}${ids(10)}&^d_cid=1004%01z`,
    name: "d_cid",
  },
  {
    code: 302,
    about: "a data source of another partner",
    target: `${STRICT}&^d_cid=2001%01secret`,
    name: "d_cid",
  },
  {
    code: 303,
    about: "a denied ID",
    target: `${STRICT}&d_cid=1001%01b&^d_cid_ic=crm%01secret`,
    name: "d_cid_ic",
    ...deny("secret", 1001),
  },
  {
    code: 304,
    about: "a denied data source",
    target: `${STRICT}&^d_cid=1001%01a`,
    name: "d_cid",
    arrange: (world) =>
      world.store.denials.add({
        key: { kind: "dataSource", dataSourceId: asDataSourceId(1001) },
        until: null,
      }),
  },
  {
    code: 306,
    about: "a denied advertising ID",
    target: `${STRICT}&^d_cid=20920%01secret`,
    name: "d_cid",
    ...deny("secret", 20920),
  },
  {
    code: 307,
    about: "a denied device",
    target: `${STRICT}&^d_uuid=${DEVICE}`,
    name: "d_uuid",
    arrange: denyDevice,
  },
  {
    code: 307,
    about: "a denied device, by its cookie",
    target: STRICT,
    headers: ["cookie", `x=1;^demdex=${DEVICE}`],
    name: "Cookie",
    arrange: denyDevice,
  },
  {
    code: 309,
    about: "an ID beyond the limit",
    target: `${STRICT}${ids(10)}&^d_cid=1004%01z`,
    name: "d_cid",
  },
  {
    code: 310,
    about: "a fourth ID of one data source",
    target: `${STRICT}${ids(3)}&^d_cid=1001%01secret`,
    name: "d_cid",
  },
  {
    code: 311,
    about: "a bad percent sign in a value",
    target: `${STRICT}&c_a=ok%20&c_b=sec^%ret`,
    name: "c_b",
  },
  {
    code: 311,
    about: "a bad percent sign at the end",
    target: `${STRICT}&p_a=secret^%2`,
    name: "p_a",
  },
  {
    code: 311,
    about: "a bad percent sign in a name",
    target: `${STRICT}&c_a=1&secret^%`,
    name: "path",
  },
  {
    code: 311,
    about: "a bad percent sign in a body",
    target: STRICT,
    ...post("c_a=%41&c_b=secret^%zz"),
    name: "c_b",
  },
  { code: 311, about: "a callback that is none", target: `${STRICT}&^d_cb=alert(1)`, name: "d_cb" },
  {
    code: 311,
    about: "a content type that is no form",
    target: STRICT,
    ...post("a=b", ["Content-Type", "^text/xml"]),
    name: "Content-Type",
  },
  {
    code: 311,
    about: "a target that is too long",
    target: `${STRICT}&c_a=`.padEnd(8192, "x").concat("^secret"),
    name: "path",
  },
  {
    code: 311,
    about: "a body that is too long",
    target: STRICT,
    ...post("c_a=".padEnd(32_768, "x").concat("^secret")),
    name: "body",
  },
  {
    code: 312,
    about: "an advertising ID of another form",
    target: `${STRICT}&^d_cid=20914%01SECRET`,
    name: "d_cid",
  },
  {
    code: 313,
    about: "an unknown consent platform",
    target: `${STRICT}&gdpr=1&^gdpr_consent=${STRING_OF.unknownPlatform}`,
    ...tcf,
    name: "gdpr_consent",
  },
  {
    code: 314,
    about: "a deleted consent platform",
    target: `${STRICT}&gdpr=1&^gdpr_consent=${STRING_OF.deletedPlatform}`,
    ...tcf,
    name: "gdpr_consent",
  },
  {
    code: 315,
    about: "consent that is not enough",
    target: `${STRICT}&gdpr=1&^gdpr_consent=${STRING_OF.noConsent}`,
    ...tcf,
    name: "gdpr_consent",
  },
  {
    code: 315,
    about: "consent that is not given",
    target: `${STRICT}&^gdpr=1&gdpr_consent=`,
    ...tcf,
    name: "gdpr",
  },
];

/** Those that nothing in a call causes, and the step that raises them is not ours to break here. */
const WITHOUT_PLACE: readonly EventErrorCode[] = [0, 10, 200, 201, 202, 203];

function ask(world: TestWorld, target: string): Promise<readonly Said[]> {
  return errorsOf(world, callOf(`${target}&d_rtbd=json`));
}

function optOutDevice(world: TestWorld): Promise<readonly Said[]> {
  return ask(world, `/demoptout?d_uuid=${OPTED_OUT}`);
}

function denyDevice(world: TestWorld): Promise<void> {
  const device = parseDeviceId(DEVICE);
  assert.ok(device);
  return world.store.denials.add({ key: { kind: "device", device }, until: null });
}

/** The call of a row, and where its caret stood: 0 where it has none. */
function prepare({ target, headers = [], body, host }: Row): { call: RawCall; offset: number } {
  const parts = [target, body ?? "", ...headers];
  const offset = Math.max(0, ...parts.map((part) => part.indexOf("^")));
  const bare = (part: string): string => part.replace("^", "");
  const call = callOf(bare(target), {
    headers: headers.map(bare),
    ...(body === undefined ? {} : { method: "POST", body: bare(body) }),
    ...(host === undefined ? {} : { host }),
  });
  return { call, offset };
}

describe("an error says where it lies and what would have been right:", () => {
  for (const row of ROWS) {
    test(`${row.code}, ${row.about}`, async () => {
      const world = buildWorld(strictWorkspace(row.partner), row.changes);
      await row.arrange?.(world);
      const { call, offset } = prepare(row);
      const errors = await errorsOf(world, call);
      const error = errors.find(({ code }) => code === row.code);
      assert.equal(error?.at, `${row.name}@${offset}`, JSON.stringify(errors));
      for (const { at = "", hint = "" } of errors) {
        assert.match(hint, /^[A-Z].*\.$/);
        assert.doesNotMatch(at + hint, /secret/i);
      }
    });
  }

  for (const code of WITHOUT_PLACE) {
    test(`${code}, which nothing in a call causes, points at its beginning`, () => {
      const [error] = saidErrors(callOf(STRICT), [unplaced(eventError(code))]);
      assert.deepEqual(error, { ...eventError(code), at: "path@0", hint: HINTS[code] });
    });
  }

  test("every code is in these tables", () => {
    const shown = new Set<number>([...ROWS.map(({ code }) => code), ...WITHOUT_PLACE]);
    assert.deepEqual(
      Object.keys(EVENT_ERRORS).filter((code) => !shown.has(Number(code))),
      [],
    );
  });
});

test("a hint is one sentence", () => {
  for (const hint of Object.values(HINTS)) assert.match(hint, /^[A-Z][^.!?]*\.$/);
});

test("without the parameter, or without the partner's leave, an answer is what it always was", async () => {
  for (const row of ROWS) {
    const { call } = prepare(row);
    const silent = { ...call, target: call.target.replace("d_strict=1", "d_strict=0") };
    const without = { ...silent, body: silent.body?.replace("d_strict=1", "d_strict=0") ?? null };
    const answers = [];
    for (const [strictMode, asked] of [
      [true, without],
      [false, call],
    ] as const) {
      const world = buildWorld(strictWorkspace({ ...row.partner, strictMode }), row.changes);
      await row.arrange?.(world);
      answers.push(await errorsOf(world, asked));
    }
    assert.deepEqual(answers[0], answers[1]);
    for (const error of answers[0] ?? []) assert.deepEqual(Object.keys(error), ["code", "msg"]);
  }
});

test("a parameter lies where it is said to, with the number by which a call knows it", () => {
  const octets = fc.string({ unit: fc.constantFrom(..."ab=&%41+é?") });
  fc.assert(
    fc.property(octets, fc.option(octets), (query, body) => {
      const parameters = new Parameters();
      parameters.add(query);
      parameters.add(body ?? "");
      const target = `/event?${query}`;
      const located = locateParameters({ target, body });
      assert.equal(located.length, parameters.count);
      for (const [index, { start, octets: pair, isInBody, name }] of located.entries()) {
        assert.ok((isInBody ? (body ?? "") : target).startsWith(pair, start));
        if (!/%(?![0-9a-f]{2})/i.test(pair)) assert.equal(name, parameters.names[index]);
      }
    }),
  );
});
