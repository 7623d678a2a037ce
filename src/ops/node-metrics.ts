// The node's metrics: every worker's, added up, and the primary's own, as Prometheus reads them.

import { readdirSync, statfsSync, statSync } from "node:fs";
import { join } from "node:path";
import { AggregatorRegistry } from "prom-client";
import { Distribution, SLOW_SECONDS } from "./distribution.ts";
import { ManagementStatistics } from "./management-statistics.ts";
import { type MetricReport, singleMetric } from "./metric-report.ts";
import { countHttpRequests } from "./watched-requests.ts";

export interface NodeFacts {
  readonly workerCount: number;
  readonly servingCount: number;
  readonly workersLost: number;
  /** Nodes that share the store and live, this one included. */
  readonly nodesLiving: number;
  readonly revision: number;
  readonly publications: number;
  readonly waitingPublications: number;
}

type WorkerReport = readonly MetricReport[];

export class NodeMetrics {
  /** What each worker reported last, by its place. */
  readonly #latest = new Map<number, WorkerReport>();
  /** What workers that have ended had counted: a sum must not fall because one of them died. */
  #departed: WorkerReport[] = [];
  readonly #publications = new Distribution(SLOW_SECONDS);
  readonly #management = new ManagementStatistics();
  readonly #folder: string;

  /** `folder` is where the store is, whose size is told. */
  constructor(folder: string) {
    this.#folder = folder;
    countHttpRequests(this.#management);
  }

  /** From the order to publish until every worker served it, or it had failed. */
  publicationEnded(durationMs: number): void {
    this.#publications.add(durationMs);
  }

  async workerLost(place: number): Promise<void> {
    const report = this.#latest.get(place);
    this.#latest.delete(place);
    if (report === undefined) return;
    const counted = report.filter((one) => one.type !== "gauge");
    const together = [...this.#departed, counted];
    this.#departed = together;
    // prom-client gives back the form that it was given, while its declaration names an enum for the
    // types that does not exist when it runs.
    const sum = (await aggregate(together).getMetricsAsJSON()) as unknown as WorkerReport;
    // Unless another one was lost meanwhile: then the longer list stays until the next loss.
    if (this.#departed === together) this.#departed = [sum];
  }

  /** Prometheus's text format. */
  async text(reports: ReadonlyMap<number, WorkerReport>, facts: NodeFacts): Promise<string> {
    for (const [place, report] of reports) this.#latest.set(place, report);
    const publications = this.#publications.report(
      "dunlin_publication_duration_seconds",
      "Publications, from their order to their end.",
    );
    const management = this.#management.report();
    const disk = diskReports(this.#folder);
    const own = [...primaryReport(facts), publications, ...management, ...disk];
    const all = [...this.#departed, ...reports.values(), own];
    return aggregate(all).metrics();
  }

  readonly contentType = "text/plain; version=0.0.4; charset=utf-8";
}

function aggregate(
  reports: readonly WorkerReport[],
): ReturnType<typeof AggregatorRegistry.aggregate> {
  return AggregatorRegistry.aggregate([...reports]);
}

function primaryReport(facts: NodeFacts): WorkerReport {
  return [
    singleMetric("gauge", "dunlin_workers", "Workers wanted.", facts.workerCount),
    singleMetric("gauge", "dunlin_workers_serving", "Workers that serve.", facts.servingCount),
    singleMetric("counter", "dunlin_workers_lost_total", "Workers ended.", facts.workersLost),
    singleMetric("gauge", "dunlin_nodes_living", "Living nodes of the store.", facts.nodesLiving),
    singleMetric("gauge", "dunlin_revision", "Revision published last.", facts.revision),
    singleMetric("counter", "dunlin_publications_total", "Publications.", facts.publications),
    singleMetric(
      "gauge",
      "dunlin_publications_waiting",
      "Publications that wait or are under way.",
      facts.waitingPublications,
    ),
  ];
}

const STORE_FILE = /\.mdb$/;

/** Of the data folder: what is there, and what is left of its disk. */
function diskReports(folder: string): MetricReport[] {
  const name = "dunlin_store_file_bytes";
  const values = readdirSync(folder)
    .filter((file) => STORE_FILE.test(file))
    .flatMap((file) => {
      // A file that is counted may be removed meanwhile.
      const value = statSync(join(folder, file), { throwIfNoEntry: false })?.size;
      return value === undefined ? [] : [{ value, labels: { file } }];
    });
  const disk = statfsSync(folder);
  const free = disk.bavail * disk.bsize;
  return [
    { name, help: "Files of the embedded store.", type: "gauge", values, aggregator: "max" },
    singleMetric("gauge", "dunlin_disk_free_bytes", "Free on the data folder's disk.", free),
  ];
}
