// The proof of one segment over the profile taken by `LiveTraits`: every node of its program is run by the
// same runner that serves calls, and what it ran on is written down. Slow, for people who ask.

import type { TraitId } from "../../model/ids.ts";
import { DAY_MS } from "../../model/time.ts";
import { type CountWindow, countOf } from "./count-realizations.ts";
import { FOREVER, type LiveTraits } from "./live-traits.ts";
import {
  AND,
  AT_LEAST,
  AT_MOST,
  COUNT,
  EQUAL,
  EVER,
  HOLDS,
  LACKS,
  OR,
  RECENT,
  UNEQUAL,
} from "./program.ts";
import {
  type AskedTraits,
  type CountedWindow,
  type CountProof,
  costOf,
  type JunctionProof,
  MAX_LISTED_TRAITS,
  type Need,
  type PresenceProof,
  type SegmentProof,
} from "./proof.ts";
import { type ProgramRunner, passes } from "./run-program.ts";

/** What a proof is made from: one index's program and the profile that it has taken. */
export interface Explainer {
  readonly code: Int32Array;
  readonly live: LiveTraits;
  readonly runner: ProgramRunner;
  /** UTC day number. */
  readonly today: number;
  /** The traits of a set, ascending. */
  membersOf(set: number): readonly TraitId[];
  sidOf(number: number): TraitId;
}

/** Days ahead that are tried to find out whether time alone will do. */
const MAX_DAYS_TRIED = 1_000;

export function explainProgram(explainer: Explainer, position: number): SegmentProof {
  const operation = explainer.code[position] ?? AND;
  if (operation === AND || operation === OR) return junctionProof(explainer, position);
  return operation === COUNT ? countProof(explainer, position) : presenceProof(explainer, position);
}

function answerOf({ runner, today }: Explainer, position: number) {
  const holds = runner.run(position, today, FOREVER);
  return { holds, changesAt: timeOf(runner.until) };
}

function timeOf(day: number): number | null {
  return day >= FOREVER ? null : day * DAY_MS;
}

function junctionProof(explainer: Explainer, position: number): JunctionProof {
  const { code } = explainer;
  const end = code[position + 1] ?? 0;
  const isAll = (code[position] ?? AND) === AND;
  const answer = answerOf(explainer, position);
  const operands: SegmentProof[] = [];
  for (let at = position + 2; at < end; at = code[at + 1] ?? end) {
    operands.push(explainProgram(explainer, at));
  }
  const missing = operands.flatMap(({ needs }) => (needs === null ? [] : [needs]));
  const needs = isAll ? needsOfAll(missing) : needsOfAny(missing);
  return {
    kind: isAll ? "all-of" : "any-of",
    ...answer,
    needs: answer.holds ? null : needs,
    operands,
  };
}

function needsOfAll(missing: readonly (readonly Need[])[]): readonly Need[] {
  return missing.some((needs) => needs.length === 0) ? [] : missing.flat();
}

/** The nearest miss: what asks for least. */
function needsOfAny(missing: readonly (readonly Need[])[]): readonly Need[] {
  let nearest: readonly Need[] = [];
  for (const needs of missing) if (costOf(needs) < costOf(nearest)) nearest = needs;
  return nearest;
}

function presenceProof(explainer: Explainer, position: number): PresenceProof {
  const set = explainer.code[position + 2] ?? 0;
  const isAsked = (explainer.code[position] ?? HOLDS) !== LACKS;
  const answer = answerOf(explainer, position);
  const traits = askedTraits(explainer, set);
  const kind = isAsked ? "holds-any" : "holds-none";
  if (answer.holds) return { kind, ...answer, needs: null, traits };
  const { changesAt } = answer;
  const needs: readonly Need[] = isAsked
    ? [{ kind: "realize", times: 1, traits: traits.asked, before: null }]
    : changesAt === null
      ? []
      : [{ kind: "wait", until: changesAt, traits: traits.live }];
  return { kind, ...answer, needs, traits };
}

function countProof(explainer: Explainer, position: number): CountProof {
  const { code, live, today } = explainer;
  const set = code[position + 2] ?? 0;
  const window: CountWindow = {
    kind: code[position + 3] ?? EVER,
    days: code[position + 4] ?? 0,
    nextEvent: FOREVER,
  };
  const test = code[position + 5] ?? AT_LEAST;
  const limit = code[position + 6] ?? 0;
  const answer = answerOf(explainer, position);
  const members = live.gather(set);
  const count = countOf(live, members, window, today);
  const asked = { traits: askedTraits(explainer, set), window, test, limit, count };
  return {
    kind: "count",
    ...answer,
    needs: answer.holds ? null : needsOfCount(explainer, set, asked),
    traits: asked.traits,
    window: describeWindow(window),
    test: TESTS[test] ?? ">=",
    limit,
    count,
  };
}

const TESTS: Readonly<Record<number, CountProof["test"]>> = {
  [AT_LEAST]: ">=",
  [AT_MOST]: "<=",
  [EQUAL]: "==",
  [UNEQUAL]: "!=",
};

function describeWindow({ kind, days }: CountWindow): CountedWindow {
  if (kind === EVER) return { kind: "ever" };
  return { kind: kind === RECENT ? "recent" : "old", days };
}

interface AskedCount {
  readonly traits: AskedTraits;
  readonly window: CountWindow;
  readonly test: number;
  readonly limit: number;
  readonly count: number;
}

function needsOfCount(explainer: Explainer, set: number, asked: AskedCount): readonly Need[] {
  const { traits, window, test, limit, count } = asked;
  const inTime = dayOfPassing(explainer, set, asked);
  const waiting: readonly Need[] =
    inTime === null ? [] : [{ kind: "wait", until: inTime * DAY_MS, traits: traits.live }];
  const isShort = test === UNEQUAL ? true : count < limit;
  // What is realized now is not old yet: only time brings it into a window that looks back.
  const mayRealize = test !== AT_MOST && isShort && isFresh(window);
  if (!mayRealize) return waiting;
  const times = test === UNEQUAL ? 1 : limit - count;
  const before = count > 0 ? timeOf(window.nextEvent) : null;
  const realizing: readonly Need[] = [{ kind: "realize", times, traits: traits.asked, before }];
  return costOf(waiting) < costOf(realizing) ? waiting : realizing;
}

function isFresh({ kind }: CountWindow): boolean {
  return kind === EVER || kind === RECENT;
}

/** The first day ahead on which the count passes by itself; null where none of those that are tried is. */
function dayOfPassing(
  { live, today }: Explainer,
  set: number,
  { window, test, limit }: AskedCount,
): number | null {
  const ahead: CountWindow = { ...window, nextEvent: FOREVER };
  const members = live.gather(set);
  countOf(live, members, ahead, today);
  for (let tried = 0; ahead.nextEvent < FOREVER && tried < MAX_DAYS_TRIED; tried++) {
    const day = ahead.nextEvent;
    if (passes(test, countOf(live, members, ahead, day), limit)) return day;
  }
  return null;
}

function askedTraits({ live, membersOf, sidOf }: Explainer, set: number): AskedTraits {
  const asked = [...membersOf(set)].sort((one, other) => one - other);
  const gathered: TraitId[] = [];
  const count = live.gather(set);
  for (let at = 0; at < count; at++) gathered.push(sidOf(live.gathered[at] ?? 0));
  return {
    asked: asked.slice(0, MAX_LISTED_TRAITS),
    askedCount: asked.length,
    live: gathered.sort((one, other) => one - other),
  };
}
