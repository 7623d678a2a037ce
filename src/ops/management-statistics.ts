import { Distribution, SLOW_SECONDS } from "./distribution.ts";
import type { MetricReport } from "./metric-report.ts";
import type { RequestCounts } from "./watched-requests.ts";

/** What the management plane was asked, and how long its answers took. */
export class ManagementStatistics implements RequestCounts {
  readonly #byStatus = new Map<number, number>();
  readonly #durations = new Distribution(SLOW_SECONDS);

  requestAnswered(status: number, durationMs: number): void {
    this.#byStatus.set(status, (this.#byStatus.get(status) ?? 0) + 1);
    this.#durations.add(durationMs);
  }

  report(): MetricReport[] {
    const values = [...this.#byStatus].map(([status, value]) => ({ value, labels: { status } }));
    return [
      {
        name: "dunlin_management_requests_total",
        help: "Requests of the management plane.",
        type: "counter",
        values,
        aggregator: "sum",
      },
      this.#durations.report(
        "dunlin_management_request_duration_seconds",
        "From a request's headers to its answer.",
      ),
    ];
  }
}
