// The management plane's orders, carried out by the primary and its workers.

import type { LintDesk } from "../admin/lint-desk.ts";
import type { NodeControl } from "../admin/node-control.ts";
import type { DefinitionDesk } from "../admin/resources/definition-desk.ts";
import type { NodeGroup } from "../group/node-group.ts";
import { type ManualClock, SYSTEM_CLOCK } from "../ops/clock.ts";
import type { NodeMetrics } from "../ops/node-metrics.ts";
import type { VisitorStore } from "../profiles/visitor-store.ts";
import type { Counting } from "./counting/counting.ts";
import type { AnswerTo } from "./messages.ts";
import type { Publisher } from "./publishing/publisher.ts";
import type { WorkerPool } from "./worker-pool.ts";
import type { WorkersClock } from "./workers-clock.ts";

export interface NodeParts {
  readonly pool: WorkerPool;
  readonly publisher: Publisher;
  readonly desk: DefinitionDesk;
  readonly counting: Counting;
  readonly models: NodeControl["models"];
  readonly linting: LintDesk;
  readonly revisions: NodeControl["revisions"];
  readonly traitTypes: NodeControl["traitTypes"];
  readonly region: number;
  readonly visitors: VisitorStore;
  /** Null where the node has its store to itself. */
  readonly group: NodeGroup | null;
  readonly workersClock: WorkersClock;
  /** Null with the system clock. */
  readonly clock: ManualClock | null;
  readonly metrics: NodeMetrics;
  readonly workerCount: number;
  workersLost(): number;
}

export function buildNodeControl(parts: NodeParts): NodeControl {
  const { pool, publisher, desk, visitors, group, clock, workersClock, metrics } = parts;
  let partners: AnswerTo["list-partners"] | null = null;
  return {
    hasManualClock: clock !== null,
    now: () => (clock ?? SYSTEM_CLOCK).now(),
    isReady: () => pool.everyoneServes && (group === null || group.isCurrent),
    publish: async (text, caller, { note, ifMatch = null } = {}) => {
      const beganAt = performance.now();
      const whose = { by: caller.name, caller, ...(note !== undefined && { note }) };
      try {
        return await publisher.publish(text, whose, ifMatch);
      } finally {
        metrics.publicationEnded(performance.now() - beganAt);
      }
    },
    currentWorkspace: () => publisher.currentDefinitions(),
    desk,
    ...{ revisions: parts.revisions, traitTypes: parts.traitTypes, region: parts.region },
    counting: parts.counting,
    measuring: parts.counting.measuring,
    models: parts.models,
    linting: parts.linting,
    partnerIds: async () => {
      // Asked of a worker once for each revision: nearly every call of the management plane wants it.
      if (partners?.revision === (publisher.current?.revision ?? 0)) return partners.ids;
      const asked = await pool.askAnyone<"list-partners">({ kind: "list-partners" });
      if (asked?.kind !== "answered") return null;
      partners = asked.answer;
      return partners.ids;
    },
    describeDataSource: async (dataSourceId) => {
      const order = { kind: "describe-data-source", dataSourceId } as const;
      const asked = await pool.askAnyone<"describe-data-source">(order);
      return asked?.kind === "answered" ? asked.answer : null;
    },
    denials: visitors.denials,
    graphs: visitors.graphs,
    describeVisitor: async (question) => {
      const asked = await pool.askAnyone<"describe-visitor">({
        kind: "describe-visitor",
        question,
      });
      return asked?.kind === "answered" ? asked.answer : null;
    },
    explainVisitor: async (question) => {
      const asked = await pool.askAnyone<"explain-visitor">({ kind: "explain-visitor", question });
      return asked?.kind === "answered" ? asked.answer : null;
    },
    setClock: (now) => (group ?? workersClock).setClock(now),
    forgetEveryone: async () => {
      const asked = await pool.askAnyone<"forget-everyone">({ kind: "forget-everyone" });
      return asked?.kind === "answered";
    },
    metrics: async () => {
      const reports = await pool.askForReports<"report-metrics">({ kind: "report-metrics" });
      const text = await metrics.text(reports, {
        workerCount: parts.workerCount,
        servingCount: pool.servingCount,
        workersLost: parts.workersLost(),
        nodesLiving: group?.livingCount ?? 1,
        revision: publisher.current?.revision ?? 0,
        publications: publisher.publications,
        waitingPublications: publisher.waiting,
      });
      return { text, contentType: metrics.contentType };
    },
  };
}
