// The alert rules as Prometheus understands them: its own tool reads them, lets each of them fire where it should,
// and sees it stay quiet where it should not.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { parse, stringify } from "yaml";

const RULES_FILE = fileURLToPath(new URL("../../docs/alerts/dunlin.rules.yml", import.meta.url));

interface Rule {
  readonly alert: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: { readonly summary: string; readonly runbook: string };
}

const RULES: readonly Rule[] = parse(readFileSync(RULES_FILE, "utf8")).groups.flatMap(
  (group: { rules: Rule[] }) => group.rules,
);

/** Series of one sample a minute, and the labels of the alert that fires at the minute; null where none does. */
interface Case {
  readonly alert: string;
  readonly at: number;
  readonly fires: Readonly<Record<string, string>> | null;
  readonly series: Readonly<Record<string, string>>;
}

const A = { instance: "a" };

function cases(alert: string, at: number, fires: Case["fires"], series: Case["series"]): Case {
  return { alert, at, fires, series };
}

/** A histogram of a hundred observations a minute, of which so many are within the bound, and all within the next. */
function histogram(name: string, labels: string, bounds: readonly string[], within: number) {
  const [bound = "", next = ""] = bounds;
  return {
    [`${name}_bucket{instance="a",${labels}le="${bound}"}`]: `0+${within}x60`,
    [`${name}_bucket{instance="a",${labels}le="${next}"}`]: "0+100x60",
    [`${name}_bucket{instance="a",${labels}le="+Inf"}`]: "0+100x60",
  };
}

const event = (within: number) =>
  histogram("dunlin_call_duration_seconds", 'endpoint="event",', ["0.05", "0.1"], within);
const commits = (within: number) =>
  histogram("dunlin_store_commit_duration_seconds", "", ["0.25", "0.5"], within);
const faults = (ofCalls: string) => ({
  'dunlin_calls_refused_total{instance="a",reason="fault"}': ofCalls,
  'dunlin_calls_refused_total{instance="a",reason="rate"}': "0+50x30",
  'dunlin_calls_total{instance="a",endpoint="event",form="json",status="200"}': "0+200x30",
});
const refused = (unreadable: string) => ({
  'dunlin_http_refusals_total{instance="a",kind="unreadable"}': unreadable,
  'dunlin_http_refusals_total{instance="a",kind="slow"}': "0+90x30",
  'dunlin_connections_total{instance="a"}': "0+100x30",
});

const CASES: readonly Case[] = [
  cases("DunlinDown", 5, { ...A, job: "dunlin" }, { 'up{job="dunlin",instance="a"}': "0x10" }),
  cases("DunlinDown", 5, null, { 'up{job="dunlin",instance="a"}': "1 0 1 0 1 0 1" }),
  cases("DunlinWorkersMissing", 5, A, {
    'dunlin_workers{instance="a"}': "2x10",
    'dunlin_workers_serving{instance="a"}': "1x10",
  }),
  cases("DunlinWorkersMissing", 5, null, {
    'dunlin_workers{instance="a"}': "2x10",
    'dunlin_workers_serving{instance="a"}': "2 2 2 1 2 2 2",
  }),
  cases("DunlinWorkersDying", 20, A, { 'dunlin_workers_lost_total{instance="a"}': "0+1x30" }),
  cases("DunlinWorkersDying", 20, null, { 'dunlin_workers_lost_total{instance="a"}': "0x9 1x20" }),
  cases("DunlinCallsFailing", 20, A, faults("0+3x30")),
  cases("DunlinCallsFailing", 20, null, faults("0+1x30")),
  cases(
    "DunlinFaults",
    40,
    { ...A, step: "geo" },
    {
      'dunlin_faults_total{instance="a",step="geo"}': "0+10x60",
      'dunlin_faults_total{instance="a",step="load"}': "0+3x60",
    },
  ),
  cases("DunlinFaults", 40, null, { 'dunlin_faults_total{instance="a",step="geo"}': "0+5x60" }),
  cases("DunlinSlow", 30, A, event(90)),
  cases("DunlinSlow", 30, null, event(100)),
  cases("DunlinEventLoopLag", 15, A, { 'dunlin_event_loop_lag_seconds{instance="a"}': "0.3x20" }),
  cases("DunlinEventLoopLag", 15, null, {
    'dunlin_event_loop_lag_seconds{instance="a"}': "0.3x5 0.1x20",
  }),
  cases("DunlinOverloaded", 5, A, {
    'dunlin_calls_under_way{instance="a"}': "5000x10",
    'dunlin_calls_overloaded_total{instance="a"}': "0x10",
  }),
  cases("DunlinOverloaded", 5, A, {
    'dunlin_calls_under_way{instance="a"}': "10x10",
    'dunlin_calls_overloaded_total{instance="a"}': "0 0 7x10",
  }),
  cases("DunlinOverloaded", 20, null, {
    'dunlin_calls_under_way{instance="a"}': "4000x30",
    'dunlin_calls_overloaded_total{instance="a"}': "0 0 7x30",
  }),
  cases("DunlinNoHttp", 20, A, refused("0+60x30")),
  cases("DunlinNoHttp", 20, null, refused("0+40x30")),
  cases("DunlinStoreSlow", 30, A, commits(90)),
  cases("DunlinStoreSlow", 30, null, commits(100)),
  cases("DunlinStoreBehind", 5, A, {
    'dunlin_store_commits_under_way{instance="a"}': "6000x10",
    'dunlin_store_overloads_total{instance="a"}': "0x10",
  }),
  cases("DunlinStoreBehind", 5, A, {
    'dunlin_store_commits_under_way{instance="a"}': "0x10",
    'dunlin_store_overloads_total{instance="a"}': "0 0 1x10",
  }),
  cases("DunlinStoreBehind", 5, null, {
    'dunlin_store_commits_under_way{instance="a"}': "4000x10",
    'dunlin_store_overloads_total{instance="a"}': "3x10",
  }),
  cases("DunlinStoreFailing", 8, A, {
    'dunlin_store_commit_failures_total{instance="a"}': "0x10",
    'dunlin_store_load_failures_total{instance="a"}': "0+1x10",
  }),
  cases("DunlinStoreFailing", 8, null, {
    'dunlin_store_commit_failures_total{instance="a"}': "4x10",
    'dunlin_store_load_failures_total{instance="a"}': "4x10",
  }),
  cases("DunlinRedisFails", 5, A, { 'dunlin_redis_servers_failing{instance="a"}': "1x10" }),
  cases("DunlinRedisFails", 5, null, {
    'dunlin_redis_servers_failing{instance="a"}': "1 1 1 1 0 1",
  }),
  cases("DunlinDiskFills", 480, A, {
    'dunlin_disk_free_bytes{instance="a"}': "1000000000-1000000x500",
  }),
  cases("DunlinDiskFills", 480, null, {
    'dunlin_disk_free_bytes{instance="a"}': "1000000000-100000x500",
  }),
  cases(
    "DunlinRevisionsDiffer",
    10,
    {},
    {
      'dunlin_revision{instance="a"}': "3x20",
      'dunlin_revision{instance="b"}': "2x20",
      'dunlin_worker_revision{instance="a"}': "3x20",
      'dunlin_worker_revision{instance="b"}': "2x20",
    },
  ),
  cases("DunlinRevisionsDiffer", 10, null, {
    'dunlin_revision{instance="a"}': "2x4 3x20",
    'dunlin_worker_revision{instance="a"}': "2x6 3x20",
  }),
  cases("DunlinPublicationStuck", 15, A, { 'dunlin_publications_waiting{instance="a"}': "1x20" }),
  cases("DunlinPublicationStuck", 15, null, {
    'dunlin_publications_waiting{instance="a"}': "1x9 0 1x20",
  }),
  cases(
    "DunlinNodesApart",
    5,
    {},
    {
      'dunlin_nodes_living{instance="a"}': "2x10",
      'dunlin_nodes_living{instance="b"}': "1x10",
    },
  ),
  cases("DunlinNodesApart", 5, null, {
    'dunlin_nodes_living{instance="a"}': "2x10",
    'dunlin_nodes_living{instance="b"}': "2x10",
  }),
];

const folder = mkdtempSync(join(tmpdir(), "dunlin-alerts-"));
after(() => rmSync(folder, { recursive: true, force: true }));

function promtool(...args: string[]): { readonly code: number | null; readonly output: string } {
  const { status, stdout, stderr, error } = spawnSync("promtool", args, { encoding: "utf8" });
  assert.equal(error, undefined);
  return { code: status, output: stdout + stderr };
}

/** A case in the words of promtool's own test files. */
function testOf({ alert, at, fires, series }: Case): object {
  const rule = RULES.find((one) => one.alert === alert);
  assert.ok(rule !== undefined, `${alert} is no rule`);
  const expected = fires === null ? [] : [alertOf(rule, fires)];
  return {
    interval: "1m",
    name: alert,
    input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
    alert_rule_test: [{ eval_time: `${at}m`, alertname: alert, exp_alerts: expected }],
  };
}

function alertOf({ labels, annotations }: Rule, own: Readonly<Record<string, string>>): object {
  const summary = annotations.summary.replaceAll(
    /\{\{ \$labels\.(\w+) \}\}/g,
    (_, label: string) => own[label] ?? "",
  );
  return { exp_labels: { ...own, ...labels }, exp_annotations: { ...annotations, summary } };
}

function runCases(name: string, chosen: readonly Case[]): ReturnType<typeof promtool> {
  const file = join(folder, `${name}.test.yml`);
  const tests = chosen.map(testOf);
  const content = { rule_files: [RULES_FILE], evaluation_interval: "1m", tests };
  writeFileSync(file, stringify(content, { aliasDuplicateObjects: false }));
  return promtool("test", "rules", file);
}

test("Prometheus reads every rule", () => {
  const { code, output } = promtool("check", "rules", RULES_FILE);
  assert.equal(code, 0, output);
  assert.match(output, new RegExp(`${RULES.length} rules found`));
});

test("every alert has a case in which it fires, and one in which it does not", () => {
  for (const { alert } of RULES) {
    const own = CASES.filter((one) => one.alert === alert);
    assert.ok(
      own.some(({ fires }) => fires !== null) && own.some(({ fires }) => fires === null),
      alert,
    );
  }
});

test("alerts fire where they should, say whom they are about, and are quiet elsewhere", () => {
  const { code, output } = runCases("all", CASES);
  assert.equal(code, 0, output);
});

test("a case that expects the contrary is refused, whichever it is", () => {
  for (const [place, one] of CASES.entries()) {
    const contrary = { ...one, fires: one.fires === null ? {} : null };
    assert.equal(runCases(`contrary-${place}`, [contrary]).code, 1, one.alert);
  }
});
