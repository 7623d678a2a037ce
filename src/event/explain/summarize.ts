// A proof in sentences, the deciding ones first.

import type {
  CountProof,
  Need,
  PresenceProof,
  SegmentProof,
} from "../../rules/segment-index/segment-index.ts";
import type { Evidence } from "./evidence.ts";
import { times, timeText, traitsText } from "./words.ts";

const MOST_SENTENCES = 40;

export function summarize(proof: SegmentProof, evidence: readonly Evidence[]): readonly string[] {
  const known = new Map(evidence.map((one) => [one.sid, one.summary]));
  const told = new Set<string>();
  const sentences = [verdict(proof)];
  for (const leaf of decidingLeaves(proof)) {
    sentences.push(leaf.kind === "count" ? countSentence(leaf) : presenceSentence(leaf));
    for (const sid of leaf.traits.live) {
      const summary = known.get(sid);
      if (summary === undefined || told.has(summary)) continue;
      told.add(summary);
      sentences.push(summary);
    }
  }
  return sentences.slice(0, MOST_SENTENCES);
}

function verdict({ holds, changesAt, needs }: SegmentProof): string {
  const stands = changesAt === null ? "" : ` This may change by itself on ${timeText(changesAt)}.`;
  if (holds) return `The rule holds.${stands}`;
  if (needs === null || needs.length === 0) return `The rule does not hold.${stands}`;
  return `The rule does not hold: it needs ${needs.map(needText).join(", and ")}.`;
}

function needText(need: Need): string {
  if (need.kind === "wait") return `nothing but time, until ${timeText(need.until)}`;
  const { times: count, traits, before } = need;
  const what = count === 1 ? "1 more realization" : `${count} more realizations`;
  return `${what} of ${traitsText(traits)}${before === null ? "" : ` before ${timeText(before)}`}`;
}

/** Those whose answer made the whole what it is: the true ones of what holds, the false ones of what does not. */
function decidingLeaves(proof: SegmentProof): readonly (PresenceProof | CountProof)[] {
  if (!("operands" in proof)) return [proof];
  return proof.operands.filter(({ holds }) => holds === proof.holds).flatMap(decidingLeaves);
}

function presenceSentence({ kind, holds, traits }: PresenceProof): string {
  const what = traitsText(traits.asked);
  if (kind === "holds-any") return holds ? `Held: ${what}.` : `Not held: ${what}.`;
  return holds ? `Not held, as asked: ${what}.` : `Held, though it must not be: ${what}.`;
}

function countSentence({ traits, window, test, limit, count, holds }: CountProof): string {
  const where =
    window.kind === "ever"
      ? ""
      : window.kind === "recent"
        ? ` in the last ${window.days} days`
        : ` at least ${window.days} days ago`;
  const asked = `asked for ${test} ${limit}`;
  const counted = count === 0 ? "not at all" : times(count);
  return `Counted ${counted}${where} (${asked}, ${holds ? "met" : "not met"}): ${traitsText(traits.asked)}.`;
}
