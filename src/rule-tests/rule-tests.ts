// Runs cases for rules: each call of a case goes through the pipeline of a node, each answer is what a caller
// would get. The front door of this room.

import type { Workspace } from "@dunlin/contract/workspace";
import type { CatalogSnapshot, PartnerCatalog } from "../catalog/snapshot.ts";
import { explainSegment, type SegmentExplanation } from "../event/explain/explain.ts";
import { handleEvent } from "../event/handle-event.ts";
import type { RawCall } from "../event/parse/raw-call.ts";
import { UNKNOWN_IDENTITY } from "../model/identity.ts";
import { deviceIdentity } from "../model/identity-key.ts";
import { asDataSourceId, type SegmentId } from "../model/ids.ts";
import { invariant } from "../model/result.ts";
import { buildCaseWorld, CASE_DOMAIN, type CaseWorld, compileForCases } from "./case-world.ts";
import type { CaseId, CaseVisitor, Expectation, RuleCase, Step } from "./rule-case.ts";

export { readCases } from "./read-cases.ts";
export type { RuleCase } from "./rule-case.ts";

export interface CaseResult {
  readonly name: string;
  /** Empty for a case that passed. */
  readonly failures: readonly CaseFailure[];
}

export type CaseFailure =
  /** A call was not answered as it should be: what the answer says. */
  | { readonly kind: "call"; readonly at: number; readonly message: string }
  | {
      readonly kind: "trait";
      readonly at: number;
      readonly sid: number;
      readonly name: string;
      readonly expected: boolean;
      /** What the call realized. */
      readonly realized: readonly number[];
    }
  | {
      readonly kind: "segment";
      readonly at: number;
      readonly sid: number;
      readonly name: string;
      readonly expected: boolean;
      /** Null for an inactive segment that the answer cannot name. */
      readonly proof: SegmentExplanation | null;
    };

/** What the last call was answered. */
interface LastAnswer {
  readonly traits: readonly number[];
  readonly segments: readonly number[];
}

/** The results, in the order of the cases. Each has a store of its own. */
export async function runRuleCases(
  workspace: Workspace,
  cases: readonly RuleCase[],
): Promise<readonly CaseResult[]> {
  const catalog = compileForCases(workspace);
  const results: CaseResult[] = [];
  for (const one of cases) results.push(await runCase(catalog, one));
  return results;
}

async function runCase(catalog: CatalogSnapshot, one: RuleCase): Promise<CaseResult> {
  const partner = catalog.partnersById.get(one.partner);
  invariant(partner !== undefined, "a case that was read names an unknown partner");
  const node = buildCaseWorld(catalog, one.now);
  const failures: CaseFailure[] = [];
  let answer: LastAnswer | null = null;
  for (const step of [...one.history, ...(one.last === null ? [] : [one.last])]) {
    for (let n = 0; n < step.times; n++) {
      const called = await call(node, partner, step);
      if ("message" in called) return { name: one.name, failures: [called] };
      answer = called;
    }
  }
  const last = one.last === null ? null : answer;
  for (const expectation of one.expectations) {
    const failure = await judge(expectation, { node, partner, one, last });
    if (failure !== null) failures.push(failure);
  }
  return { name: one.name, failures };
}

async function call(
  { world, clock, faults }: CaseWorld,
  partner: PartnerCatalog,
  step: Step,
): Promise<LastAnswer | Extract<CaseFailure, { kind: "call" }>> {
  clock.set(step.at);
  const reply = await handleEvent(world, rawCall(partner, step));
  const { traits, segments } = Object(JSON.parse(reply.body));
  const messages = reply.errors.map(({ code, msg }) => `error ${code}: ${msg}`);
  if (faults.length > 0) messages.push(`faults of ours: ${faults.map(String).join(", ")}`);
  if (messages.length > 0 || !Array.isArray(traits) || !Array.isArray(segments)) {
    return { kind: "call", at: step.at, message: messages.join("; ") || "no traits were answered" };
  }
  return { traits, segments };
}

/** A form, which has room for more signals than an address. */
function rawCall(partner: PartnerCatalog, { device, ids, signals, sids }: Step): RawCall {
  const parts = [
    ...["d_rtbd=json", "d_cts=2", `d_uuid=${device}`],
    ...ids.map(declaredId),
    ...(sids.length > 0 ? [`d_sid=${sids.join()}`] : []),
    ...signals.map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`),
  ];
  return {
    method: "POST",
    target: "/event",
    headers: [],
    body: parts.join("&"),
    address: "192.0.2.1",
    secure: true,
    host: `${partner.definition.alias.toLowerCase()}.${CASE_DOMAIN}`,
  };
}

/** The parts are encoded before they are joined. */
function declaredId({ source, id, state }: CaseId): string {
  const name = typeof source === "number" ? "d_cid" : "d_cid_ic";
  return `${name}=${encodeURIComponent(source)}%01${encodeURIComponent(id)}%01${state}`;
}

interface Judged {
  readonly node: CaseWorld;
  readonly partner: PartnerCatalog;
  readonly one: RuleCase;
  readonly last: LastAnswer | null;
}

/** Null where it is as expected. */
async function judge(
  expectation: Expectation,
  { node, partner, one, last }: Judged,
): Promise<CaseFailure | null> {
  const { kind, at, sid, name, expected } = expectation;
  const who = { at, sid, name, expected };
  if (kind === "trait") {
    const realized = last?.traits ?? [];
    return realized.includes(sid) === expected ? null : { kind, ...who, realized };
  }
  // The call's own answer tells, where there was one at that time; else a call would that realizes nothing.
  if (last !== null && at === one.now && last.segments.includes(sid) === expected) return null;
  const proof = await explain(node, partner, { sid, at, visitor: one.visitor });
  const isAnswered = last !== null && at === one.now;
  const isMember = isAnswered ? last.segments.includes(sid) : (proof?.member ?? false);
  return isMember === expected ? null : { kind, ...who, proof };
}

async function explain(
  { world }: CaseWorld,
  partner: PartnerCatalog,
  asked: { readonly sid: SegmentId; readonly at: number; readonly visitor: CaseVisitor },
): Promise<SegmentExplanation | null> {
  const { device, ids } = asked.visitor;
  const [identity = UNKNOWN_IDENTITY] = await world.store.loadIdentities([deviceIdentity(device)]);
  const stated = ids.flatMap(({ source, id, state }) => {
    const dataSourceId =
      typeof source === "number" ? asDataSourceId(source) : partner.dataSourcesByCode.get(source);
    return dataSourceId === undefined ? [] : [{ dataSourceId, id, state }];
  });
  const visit = { partner, device, ids: stated, identity, now: asked.at };
  return explainSegment(world.store, visit, asked.sid);
}
