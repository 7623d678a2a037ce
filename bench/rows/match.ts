// The trait index alone: how its cost grows with the number of rules, beside its slow twin, which tests every
// rule, and beside `json-rules-engine`. All three must agree on what a call realizes.

import { buildSlowTraitIndex } from "../../src/rules/trait-index/slow-trait-index.ts";
import { buildTraitIndex } from "../../src/rules/trait-index/trait-index.ts";
import { seededRandom } from "../../test/support/random.ts";
import { type Figure, interleave, type Row, side } from "../harness.ts";
import { ruleWorkload } from "../load/rule-workload.ts";
import { buildRulesEngine, factsOf, realizedByEngine } from "../load/rules-engine.ts";

const RULE_COUNTS = [100, 1_000, 10_000, 100_000];
/** Beyond, a single call takes it seconds. */
const MOST_RULES_OF_ENGINE = 10_000;
const CALLS = 2_000;
const CHECKED_CALLS = 20;

export const MATCH_ROW: Row = {
  name: "match",
  run: async ({ quick, progress }) => {
    const figures: Figure[] = [];
    for (const ruleCount of RULE_COUNTS) {
      progress(`${ruleCount} rules`);
      figures.push(await measure(ruleCount, quick));
    }
    return figures;
  },
};

async function measure(ruleCount: number, quick: boolean): Promise<Figure> {
  const { traits, calls } = ruleWorkload(seededRandom(ruleCount), ruleCount, CALLS);
  const began = performance.now();
  const fast = buildTraitIndex(traits, { caseSensitive: false });
  const buildMs = performance.now() - began;
  const slow = buildSlowTraitIndex(traits, { caseSensitive: false });
  const engine = ruleCount <= MOST_RULES_OF_ENGINE ? buildRulesEngine(traits) : null;
  const facts = calls.map(factsOf);

  let realizedCount = 0;
  for (const [at, call] of calls.slice(0, CHECKED_CALLS).entries()) {
    const expected = slow.realized(call, null).join();
    assertSame("the index", fast.realized(call, null).join(), expected);
    const found = engine && (await realizedByEngine(engine, facts[at] ?? {}));
    if (found !== null) assertSame("json-rules-engine", found.join(), expected);
    realizedCount += expected === "" ? 0 : expected.split(",").length;
  }

  const limits = { calls: CALLS, minMs: quick ? 30 : 300 };
  const contenders: Record<string, () => Promise<number>> = {
    ours: () => usPerCall(limits, (at) => fast.realized(pick(calls, at), null)),
    "slow twin": () => usPerCall(limits, (at) => slow.realized(pick(calls, at), null)),
  };
  if (engine !== null) {
    contenders["json-rules-engine"] = () => usPerCall(limits, (at) => engine.run(pick(facts, at)));
  }
  const rounds = await interleave(quick ? 3 : 9, contenders);
  const sides = Object.fromEntries(
    Object.entries(rounds).map(([name, values]) => [name, side(values, "µs/call")]),
  );
  return figureOf({ ruleCount, sides, buildMs, realizedEach: realizedCount / CHECKED_CALLS });
}

interface Measured {
  readonly ruleCount: number;
  readonly sides: Figure["sides"];
  readonly buildMs: number;
  readonly realizedEach: number;
}

function figureOf({ ruleCount, sides, buildMs, realizedEach }: Measured): Figure {
  const ours = sides["ours"]?.median ?? Number.NaN;
  const ratios = Object.entries(sides)
    .filter(([name]) => name !== "ours")
    .map(([name, { median }]) => `${name} takes ${(median / ours).toPrecision(3)} times as long`);
  return {
    row: `match.us_${ruleCount}`,
    value: ours,
    unit: "µs/call",
    better: "lower",
    sides,
    note: `${ratios.join(", ")}; built in ${Math.round(buildMs)} ms; a call realizes ${realizedEach.toFixed(1)} traits`,
  };
}

function pick<T>(items: readonly T[], at: number): T {
  const item = items[at % items.length];
  if (item === undefined) throw new Error("There are no calls.");
  return item;
}

/** Bounded in time, and in calls for what is fast; one call at least for what is slow. */
async function usPerCall(
  limits: { readonly calls: number; readonly minMs: number },
  run: (at: number) => unknown,
): Promise<number> {
  const began = performance.now();
  let done = 0;
  let elapsedMs = 0;
  for (let batch = 1; elapsedMs < limits.minMs; batch = Math.min(batch * 2, limits.calls)) {
    for (let i = 0; i < batch; i++) {
      const pending = run(done++);
      if (pending instanceof Promise) await pending;
    }
    elapsedMs = performance.now() - began;
  }
  return (elapsedMs * 1_000) / done;
}

function assertSame(who: string, found: string, expected: string): void {
  if (found !== expected) {
    throw new Error(
      `${who} realizes other traits than the slow twin: ${found} and not ${expected}`,
    );
  }
}
