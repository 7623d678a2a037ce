import type { MetricReport } from "./metric-report.ts";

/** How a cache is used; whoever keeps the cache counts. */
export interface CacheUse {
  hits: number;
  misses: number;
  /** What it holds now. */
  entries: number;
}

export function noCacheUse(): CacheUse {
  return { hits: 0, misses: 0, entries: 0 };
}

/** By the names of the caches. */
export function cacheReports(uses: Readonly<Record<string, CacheUse>>): MetricReport[] {
  const report = (
    type: MetricReport["type"],
    name: string,
    help: string,
    part: keyof CacheUse,
  ): MetricReport => {
    const values = Object.entries(uses).map(([cache, use]) => ({
      value: use[part],
      labels: { cache },
    }));
    return { name, help, type, values, aggregator: "sum" };
  };
  return [
    report("counter", "dunlin_cache_hits_total", "Found in a cache.", "hits"),
    report("counter", "dunlin_cache_misses_total", "Missing in a cache.", "misses"),
    report("gauge", "dunlin_cache_entries", "What caches hold.", "entries"),
  ];
}
