// The documented metrics are those of a running node, none missing and none invented, with their kinds and
// labels; the alert rules use only such metrics and labels, and lead to runbooks that are there.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { mmdbOf, placeRecord } from "../support/mmdb.ts";
import { PROTOCOL_WORKSPACE } from "../support/protocol-vectors.ts";
import { type RunningNode, startNode } from "../support/start-node.ts";

const DOCS = fileURLToPath(new URL("../../docs", import.meta.url));
const OPERATING = readFileSync(join(DOCS, "operating.md"), "utf8");
const CALLS = 40;

interface Metric {
  readonly kind: string;
  readonly labels: readonly string[];
}

let node: RunningNode;
let text: string;
const folder = mkdtempSync(join(tmpdir(), "dunlin-metrics-"));
const places = join(folder, "places.mmdb");

/** Says so much to the collection plane and waits until it has hung up. */
function sayTo(url: string, octets: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), "127.0.0.1", () => socket.end(octets));
    socket.resume();
    socket.on("error", reject);
    socket.on("close", () => resolve());
  });
}

before(async () => {
  writeFileSync(places, mmdbOf({ networks: { "127.0.0.0/8": placeRecord("DE") } }));
  const args = ["--domain", "demdex.net", "--geo", places];
  node = await startNode({ workspace: PROTOCOL_WORKSPACE, args });
  for (let at = 0; at < CALLS; at++) {
    const answer = await node.collect("/event?d_rtbd=json&key1=val1", { host: "alpha.demdex.net" });
    assert.equal(answer.status, 200);
  }
  await node.collect("/event?d_rtbd=json", { host: "nobody.demdex.net" });
  await sayTo(node.collectUrl, "no HTTP at all\r\n\r\n");
  await sayTo(node.collectUrl, "GET /half HTTP/1.1\r\n");
  await node.manage("GET", "/v1/nowhere");
  const renamed = { ...PROTOCOL_WORKSPACE, settings: { demoptin: true } };
  assert.equal((await node.manage("PUT", "/v1/workspace", renamed)).status, 200);
  text = (await node.manage("GET", "/metrics")).text;
});
after(async () => {
  await node[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

function documented(): Map<string, Metric> {
  const rows = OPERATING.matchAll(/^\| `(dunlin_\w+)` +\| (\w+) +\| ([^|]*)\|/gm);
  return new Map(
    [...rows].map(([, name = "", kind = "", labels = ""]) => [
      name,
      { kind, labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label = ""]) => label).sort() },
    ]),
  );
}

/** What a node says of itself; labels only where there is a sample. */
function said(): Map<string, { kind: string; labels: string[] | null }> {
  const metrics = new Map<string, { kind: string; labels: string[] | null }>();
  for (const [, name = "", kind = ""] of text.matchAll(/^# TYPE (\w+) (\w+)$/gm)) {
    metrics.set(name, { kind, labels: null });
  }
  for (const [, sample = "", labels = ""] of text.matchAll(/^(\w+)(?:\{([^}]*)\})? /gm)) {
    const metric = metrics.get(sample) ?? metrics.get(sample.replace(/_(bucket|sum|count)$/, ""));
    assert.ok(metric !== undefined, `${sample} has no type`);
    const names = [...labels.matchAll(/(\w+)="/g)].map(([, label = ""]) => label);
    metric.labels ??= names.filter((label) => label !== "le").sort();
  }
  return metrics;
}

test("the table holds every metric, its kind and its labels, and no other", () => {
  const table = documented();
  const metrics = said();
  assert.deepEqual([...metrics.keys()].sort(), [...table.keys()].sort());
  for (const [name, { kind, labels }] of metrics) {
    assert.equal(kind, table.get(name)?.kind, name);
    if (labels !== null) assert.deepEqual(labels, table.get(name)?.labels, name);
  }
});

/** The value of a sample; null where there is none. */
function sampleOf(sample: string): number | null {
  const line = text.split("\n").find((candidate) => candidate.startsWith(`${sample} `));
  return line === undefined ? null : Number(line.slice(sample.length + 1));
}

test("what happened is counted", () => {
  assert.equal(sampleOf('dunlin_call_duration_seconds_count{endpoint="event"}'), CALLS + 1);
  assert.equal(sampleOf('dunlin_calls_refused_total{reason="no-partner"}'), 1);
  assert.equal(sampleOf("dunlin_connections_total"), CALLS + 3);
  assert.equal(sampleOf('dunlin_http_refusals_total{kind="unreadable"}'), 1);
  assert.equal(sampleOf('dunlin_http_refusals_total{kind="cut-short"}'), 1);
  assert.equal(sampleOf("dunlin_calls_under_way"), 0);
  assert.equal(sampleOf("dunlin_publication_duration_seconds_count"), 1);
  assert.equal(sampleOf('dunlin_management_requests_total{status="404"}'), 1);
  assert.equal(sampleOf("dunlin_management_request_duration_seconds_count"), 2);
  // The address of each call of a known partner is looked up, and all come from one place.
  assert.equal(sampleOf('dunlin_cache_misses_total{cache="geo"}'), 1);
  assert.equal(sampleOf('dunlin_cache_hits_total{cache="geo"}'), CALLS - 1);
  assert.ok((sampleOf('dunlin_cache_entries{cache="geo"}') ?? 0) > 0);
  assert.equal(sampleOf("dunlin_store_commit_duration_seconds_count"), CALLS);
  // Whatever else is written meanwhile is written in groups too.
  assert.ok((sampleOf('dunlin_store_group_commits_sum{file="profiles"}') ?? 0) >= CALLS);
  // Every sixteenth of them.
  for (const phase of ["parse", "load", "realize", "qualify", "commit"]) {
    assert.equal(sampleOf(`dunlin_call_phase_duration_seconds_count{phase="${phase}"}`), 2, phase);
  }
  assert.ok((sampleOf('dunlin_store_file_bytes{file="profiles.mdb"}') ?? 0) > 0);
  assert.ok((sampleOf("dunlin_disk_free_bytes") ?? 0) > 0);
  assert.equal(sampleOf("dunlin_store_commits_under_way"), 0);
});

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: { readonly summary: string; readonly runbook: string };
}

/** Of Prometheus itself, for every target. */
const TARGET_LABELS = ["instance", "job"];

test("alerts ask for metrics and labels that there are, and lead to a runbook", () => {
  const file = parse(readFileSync(join(DOCS, "alerts/dunlin.rules.yml"), "utf8"));
  const rules: readonly Rule[] = file.groups.flatMap((group: { rules: Rule[] }) => group.rules);
  assert.ok(rules.length > 10);
  const table = documented();
  const anchors = [...OPERATING.matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) =>
    title.toLowerCase().replaceAll(" ", "-"),
  );
  for (const { alert, expr, annotations } of rules) {
    const asked = [...expr.matchAll(/(dunlin_\w+)(?:\{([^}]*)\})?/g)];
    const known = new Set([...TARGET_LABELS, "le"]);
    for (const [, sample = "", selector = ""] of asked) {
      const name = table.has(sample) ? sample : sample.replace(/_(bucket|sum|count)$/, "");
      const metric = table.get(name);
      assert.ok(metric !== undefined, `${alert}: ${sample} is no metric`);
      const isWhole = sample === name;
      assert.equal(isWhole, metric.kind !== "histogram", `${alert}: ${sample}`);
      for (const [, label = ""] of selector.matchAll(/(\w+)=/g)) {
        assert.ok(metric.labels.includes(label), `${alert}: ${sample} has no label ${label}`);
      }
      for (const label of metric.labels) known.add(label);
    }
    for (const [, by = ""] of expr.matchAll(/ by \(([^)]*)\)/g)) {
      for (const label of by.split(", ")) assert.ok(known.has(label), `${alert}: by ${label}`);
    }
    const [, anchor] = annotations.runbook.split("docs/operating.md#");
    assert.ok(anchor !== undefined && anchors.includes(anchor), `${alert}: ${annotations.runbook}`);
  }
});
