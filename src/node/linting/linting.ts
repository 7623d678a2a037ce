// The linter over what a node serves and has seen. The door of this room.

import type { Workspace } from "@dunlin/contract/workspace";
import type { LintDesk, LintOutcome, LintQuestion, LintReport } from "../../admin/lint-desk.ts";
import type { DatedMetrics, MetricsDesk } from "../../admin/metrics-desk.ts";
import type { SeenKeysReport } from "../../ops/seen-keys.ts";
import type { LintRequest } from "./lint-definitions.ts";
import { lintInThread, type ThreadLimits } from "./lint-thread.ts";

export interface LintingOptions {
  readonly measuring: MetricsDesk;
  /** What all workers have seen. */
  seenKeys(pid: number): Promise<SeenKeysReport>;
  /** The definitions in force. */
  readDefinitions(): Promise<{ readonly revision: number; readonly workspace: Workspace }>;
  /** The same, as they are written. */
  currentDocument(): string;
  /** Aborted when the node stops. */
  readonly signal: AbortSignal;
}

const LIMITS: ThreadLimits = { timeMs: 30_000, memoryMb: 2_048 };
/** Of fewer calls it is no news that none of them carried a key. */
const FEWEST_CALLS = 100;

export class Linting implements LintDesk {
  readonly #options: LintingOptions;
  #isUnderWay = false;

  constructor(options: LintingOptions) {
    this.#options = options;
  }

  async lint(question: LintQuestion): Promise<LintOutcome> {
    if (this.#isUnderWay) return { kind: "busy" };
    this.#isUnderWay = true;
    try {
      return await this.#lintNow(question);
    } finally {
      this.#isUnderWay = false;
    }
  }

  async #lintNow({ pid, text, maxCost }: LintQuestion): Promise<LintOutcome> {
    const { measuring, seenKeys, readDefinitions, currentDocument, signal } = this.#options;
    const [{ metrics, retryAfter }, seen] = await Promise.all([
      measuring.metricsOf(pid),
      seenKeys(pid),
    ]);
    const { revision, workspace } = await readDefinitions();
    const hasKeys = seen.calls >= FEWEST_CALLS;
    const unfed = metrics === null ? null : unfedTraits(workspace, pid, metrics);
    const request: LintRequest = {
      ...{ pid, maxCost, unfed, seenKeys: hasKeys ? seen.keys : null },
      ...(text === null ? { of: "own", text: currentDocument() } : { of: "whole", text }),
    };
    const linted = await lintInThread(request, LIMITS, signal);
    if (linted === null) return { kind: "too-much" };
    if (!linted.ok) return { kind: "refused", faults: linted.error };
    const findings = linted.value;
    const warnings = findings.filter(({ severity }) => severity === "warning").length;
    const evidence: LintReport["evidence"] = {
      keys: hasKeys ? { calls: seen.calls, since: seen.since, keys: seen.keys.length } : null,
      realizations:
        metrics === null || unfed === null ? null : { at: metrics.at, unfed: unfed.length },
    };
    const notes = findings.length - warnings;
    return {
      kind: "linted",
      report: { revision, warnings, notes, findings, evidence },
      retryAfter,
    };
  }
}

/** Of those that were there when it was counted. */
function unfedTraits(
  { traits }: Workspace,
  pid: number,
  metrics: DatedMetrics,
): readonly (readonly [number, string | null])[] {
  return traits
    .filter((trait) => trait.pid === pid && metrics.traits.get(trait.sid)?.stored === 0)
    .map(({ sid, traitRule }) => [sid, traitRule]);
}
