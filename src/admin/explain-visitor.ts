// Why a visitor is in a segment or holds a trait, or not ("Running a node", Management plane): as a call of
// theirs that realizes nothing would find it at a time.

import type { PartnerCatalog } from "../catalog/snapshot.ts";
import {
  explainSegment,
  explainTrait,
  type SegmentExplanation,
  type StatedId,
  type TraitExplanation,
  type Visit,
} from "../event/explain/explain.ts";
import { type IdentityKey, UNKNOWN_IDENTITY } from "../model/identity.ts";
import { deviceIdentity, identityKeyText } from "../model/identity-key.ts";
import { asSegmentId, asTraitId, type DeviceId, parseDeviceId } from "../model/ids.ts";
import { err, invariant, ok, type Result } from "../model/result.ts";
import type { VisitorWorld } from "./describe-visitor.ts";
import { parseTime } from "./parse-time.ts";
import { readVisitor } from "./read-visitor.ts";
import {
  bad,
  findPartner,
  readQuestion,
  type VisitorFault,
  type VisitorQuestion,
} from "./visitor-question.ts";

export interface ExplainQuestion extends VisitorQuestion {
  /** One of the two, as the asker wrote it. */
  readonly segment?: string;
  readonly trait?: string;
  /** Milliseconds since the epoch or RFC 3339; now where it is left out. */
  readonly at?: string;
}

export type ExplainFault =
  | VisitorFault
  | { readonly kind: "unknown-object"; readonly at: string; readonly message: string };

export type VisitorExplanation = Result<Explained, ExplainFault>;

export interface Explained {
  readonly segment?: number;
  readonly trait?: number;
  readonly member: boolean;
  readonly at: number;
  readonly proof: SegmentExplanation | TraitExplanation | OptedOut;
}

export interface OptedOut {
  readonly kind: "opted-out";
  /** UUIDs, or `<data source>:<id>`. */
  readonly ids: readonly string[];
  readonly summary: readonly string[];
}

/** `null` in place of a device that nobody has: no profile was ever stored for it. */
const NOBODYS_DEVICE = `${"0".repeat(37)}1`;

export async function explainVisitor(
  world: VisitorWorld,
  question: ExplainQuestion,
): Promise<VisitorExplanation> {
  const partner = findPartner(world.catalog, question.pid);
  if (partner === null) return err({ kind: "unknown-partner" });
  const target = readTarget(question);
  if (!target.ok) return target;
  const at = question.at === undefined ? world.now : readMoment(question.at);
  if (at === null)
    return bad(
      "/at",
      "Expected milliseconds since the epoch, or a time such as 2026-01-31T12:00:00Z.",
    );
  const asked = readQuestion(partner, question);
  if (!asked.ok) return asked;

  const then = { ...world, now: at };
  const visitor = await readVisitor(then, partner, asked.value);
  const { kind, sid } = target.value;
  const what = kind === "segment" ? { segment: sid } : { trait: sid };
  // Whoever is only linked to the device ends no call: such a person's profile is not read.
  const named = idsOfCall(visitor.device, asked.value);
  const optOuts = visitor.optOuts.filter(({ id, since }) => named.includes(id) && since <= at);
  if (optOuts.length > 0) {
    const ids = optOuts.map(({ id }) => id);
    const summary = [`Opted out: ${ids.join(", ")}. Nobody who has opted out is in a segment.`];
    return ok({ ...what, member: false, at, proof: { kind: "opted-out", ids, summary } });
  }

  const visit = await visitOf(then, partner, visitor.device, asked.value);
  const proof =
    kind === "segment"
      ? await explainSegment(world.store, visit, asSegmentId(sid))
      : await explainTrait(world.store, visit, asTraitId(sid));
  if (proof === null) {
    const message = `Partner ${partner.pid} has no ${kind} ${sid}.`;
    return err({ kind: "unknown-object", at: `/${kind}`, message });
  }
  return ok({ ...what, member: proof.member, at, proof });
}

function readTarget({
  segment,
  trait,
}: ExplainQuestion): Result<{ kind: "segment" | "trait"; sid: number }, VisitorFault> {
  const kind = segment === undefined ? "trait" : "segment";
  const text = segment ?? trait;
  if (text === undefined || (segment !== undefined && trait !== undefined)) {
    return bad("", "Expected what to explain: segment, or trait.");
  }
  if (!/^[1-9][0-9]{0,14}$/.test(text)) return bad(`/${kind}`, `Expected the ID of a ${kind}.`);
  return ok({ kind, sid: Number(text) });
}

function readMoment(text: string): number | null {
  if (/^[0-9]{1,15}$/.test(text)) return Number(text);
  const parsed = parseTime(text);
  return parsed.ok ? parsed.value : null;
}

/** The IDs that the call which is explained would name, as opt-outs spell them. */
function idsOfCall(device: DeviceId | null, asked: IdentityKey): readonly string[] {
  const keys = device === null ? [asked] : [asked, deviceIdentity(device)];
  return keys.map(identityKeyText);
}

/**
 * Asked by a declared ID, the ID is logged in on the device that was last linked to it; asked by a device,
 * nobody is.
 */
async function visitOf(
  { store, now }: VisitorWorld,
  partner: PartnerCatalog,
  device: DeviceId | null,
  asked: IdentityKey,
): Promise<Visit> {
  const ids: readonly StatedId[] = asked.kind === "declared" ? [{ ...asked, state: 1 }] : [];
  const on = device ?? nobodysDevice();
  const [identity = UNKNOWN_IDENTITY] =
    device === null ? [] : await store.loadIdentities([deviceIdentity(device)]);
  return { partner, device: on, ids, identity, now };
}

function nobodysDevice(): DeviceId {
  const device = parseDeviceId(NOBODYS_DEVICE);
  invariant(device !== null, "it is written as a device is");
  return device;
}
