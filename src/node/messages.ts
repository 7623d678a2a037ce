// What the primary and its workers say to each other: the primary asks, the worker answers, and every
// question has its answer or a time limit. Values cross by structured clone.

import type { VisitorDescription, VisitorQuestion } from "../admin/describe-visitor.ts";
import type { ExplainQuestion, VisitorExplanation } from "../admin/explain-visitor.ts";
import type { Computed, DataSourceDescription } from "../admin/node-control.ts";
import type { StoreChoice } from "../config/read-store.ts";
import type { HostPort } from "../config/values.ts";
import type { Durability, LogLevel } from "../config.ts";
import type { DataSourceId } from "../model/ids.ts";
import type { MetricReport } from "../ops/metric-report.ts";
import type { SeenKeysReport } from "../ops/seen-keys.ts";
import type { Definitions } from "./definitions.ts";

/** What a worker needs to know of the configuration. */
export interface WorkerSettings {
  readonly collect: HostPort;
  /** Absolute. */
  readonly dataFolder: string;
  readonly store: StoreChoice;
  readonly durability: Durability;
  readonly domain: string;
  readonly region: number;
  readonly nodeName: string;
  readonly trustedProxies: readonly string[];
  /** Absolute; null where the operator gave no database of places. */
  readonly geoFile: string | null;
  readonly rootSecret: Uint8Array;
  readonly log: LogLevel;
}

export type Order =
  /** Open the store's files, in a moment in which nobody commits. Before `start`. */
  | { readonly kind: "open-store"; readonly settings: WorkerSettings }
  | {
      readonly kind: "start";
      readonly settings: WorkerSettings;
      readonly definitions: Definitions | null;
      /** The manual clock's time in milliseconds since the epoch; null with the system clock. */
      readonly manualNow: number | null;
    }
  /** Compile, but serve what is served now. */
  | { readonly kind: "prepare"; readonly definitions: Definitions }
  /** Serve what was prepared. */
  | { readonly kind: "adopt"; readonly revision: number }
  /** Forget what was prepared. */
  | { readonly kind: "discard"; readonly revision: number }
  | { readonly kind: "set-clock"; readonly now: number }
  | { readonly kind: "forget-everyone" }
  | { readonly kind: "describe-visitor"; readonly question: VisitorQuestion }
  | { readonly kind: "explain-visitor"; readonly question: ExplainQuestion }
  | { readonly kind: "describe-data-source"; readonly dataSourceId: DataSourceId }
  | { readonly kind: "list-partners" }
  | { readonly kind: "report-metrics" }
  | { readonly kind: "report-seen-keys"; readonly pid: number }
  /** Show that you are there. */
  | { readonly kind: "ping" }
  /** Answer what is under way, commit, exit. */
  | { readonly kind: "stop" };

export type OrderKind = Order["kind"];
export type OrderOf<Kind extends OrderKind> = Extract<Order, { readonly kind: Kind }>;

/** What each order is answered with. */
export interface AnswerTo {
  readonly "open-store": null;
  readonly start: { readonly port: number };
  readonly prepare: null;
  readonly adopt: null;
  readonly discard: null;
  readonly "set-clock": null;
  readonly "forget-everyone": null;
  readonly "describe-visitor": Computed<VisitorDescription>;
  readonly "explain-visitor": Computed<VisitorExplanation>;
  readonly "describe-data-source": DataSourceDescription;
  readonly "list-partners": { readonly revision: number; readonly ids: readonly number[] };
  readonly "report-metrics": readonly MetricReport[];
  readonly "report-seen-keys": SeenKeysReport;
  readonly ping: null;
  readonly stop: null;
}

export interface OrderMessage {
  readonly dunlin: "order";
  readonly id: number;
  readonly order: Order;
}

export type AnswerMessage =
  | {
      readonly dunlin: "answer";
      readonly id: number;
      readonly ok: true;
      readonly answer: AnswerTo[OrderKind];
    }
  /** The worker could not do it, and is as it was before. `reason` is fit for the log and the operator. */
  | {
      readonly dunlin: "answer";
      readonly id: number;
      readonly ok: false;
      readonly reason: string;
    };

export function isOrderMessage(message: unknown): message is OrderMessage {
  return isOurs(message, "order");
}

export function isAnswerMessage(message: unknown): message is AnswerMessage {
  return isOurs(message, "answer");
}

function isOurs(message: unknown, kind: string): boolean {
  return (
    typeof message === "object" &&
    message !== null &&
    "dunlin" in message &&
    message.dunlin === kind
  );
}
