// Calls as they come in at the collection plane, without a socket: routed, handled, and read back.

import assert from "node:assert/strict";
import type { RawCall } from "../../src/event/parse/raw-call.ts";
import type { EventReply } from "../../src/event/reply.ts";
import { answerCall } from "../../src/http/collection/answer-call.ts";
import { isCallRoute, routeOf } from "../../src/http/collection/route.ts";
import { buildWorld, callOf, type TestWorld } from "../support/event-world.ts";
import { PROTOCOL_WORKSPACE } from "../support/protocol-vectors.ts";

export const DEVICE = "22920112968019678612904394744954398990";
export const OTHER_DEVICE = "07955261652886032950143702505894272138";
/** DEVICE in the words of the partner alpha. */
export const MID = "22845954047972068642896981047981475499";
export const ORG = "d_orgid=A1B2C3D4E5F60718293A4B5C%40AdobeOrg";
export const DPM = { host: "dpm.demdex.net" };
/** A string that consents to nothing that is needed. */
export const NO_CONSENT = "CP1R2oAP1R2oAAHABBENDIEgAIBAAAAAAAqIAOQAgAFAAcAAAAAA";

/** The vectors' workspace with changed settings, and changed keys of the partner alpha or of a data source. */
export function wireWorld(
  changes: {
    readonly settings?: object;
    readonly alpha?: object;
    readonly dataSource3001?: object;
    readonly more?: object;
  } = {},
): TestWorld {
  const { settings, alpha, dataSource3001, more } = changes;
  const { dataSources } = PROTOCOL_WORKSPACE as unknown as {
    // The vectors' file has more lists than its readers name.
    dataSources: readonly { readonly dataSourceId: number }[];
  };
  return buildWorld({
    ...PROTOCOL_WORKSPACE,
    settings: { ...PROTOCOL_WORKSPACE.settings, ...settings },
    partners: PROTOCOL_WORKSPACE.partners.map((one) =>
      one.pid === 1957 ? { ...one, ...alpha } : one,
    ),
    dataSources: dataSources.map((one) =>
      one.dataSourceId === 3001 ? { ...one, ...dataSource3001 } : one,
    ),
    ...more,
  });
}

export interface WireAnswer {
  readonly reply: EventReply;
  /** The object of a JSON body; empty where there is none. */
  readonly body: Readonly<Record<string, unknown>>;
  /** As in the header `X-Error`. */
  readonly codes: string;
}

export async function wire(
  world: TestWorld,
  target: string,
  changes: Partial<RawCall> & { readonly cookie?: string } = {},
): Promise<WireAnswer> {
  const { cookie, ...rest } = changes;
  const headers = cookie === undefined ? [] : ["Cookie", cookie];
  const call = callOf(target, { headers, ...rest });
  const route = routeOf(call.method, call.target, world.catalog().settings.demoptin);
  assert.ok(isCallRoute(route), `${target} is ${route.kind}`);
  const reply = await answerCall(world, route, call);
  const body = reply.form === "json" ? JSON.parse(reply.body) : {};
  return { reply, body, codes: reply.errors.map(({ code }) => code).join() };
}
