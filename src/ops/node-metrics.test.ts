import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { test } from "node:test";
import { NodeMetrics } from "./node-metrics.ts";
import { WorkerStatistics } from "./worker-statistics.ts";

const FACTS = {
  workerCount: 2,
  servingCount: 2,
  workersLost: 0,
  nodesLiving: 1,
  revision: 3,
  publications: 1,
  waitingPublications: 0,
};

function workerWithCalls(count: number): WorkerStatistics {
  const statistics = new WorkerStatistics();
  for (let call = 0; call < count; call++) {
    statistics.countCall({
      endpoint: "event",
      form: "json",
      status: 200,
      errorCodes: call === 0 ? [101] : [],
      durationMs: 3,
    });
  }
  return statistics;
}

/** The value of a line of Prometheus's text. */
function valueIn(text: string, name: string): number | undefined {
  const line = text.split("\n").find((candidate) => candidate.startsWith(`${name} `));
  return line === undefined ? undefined : Number(line.slice(name.length + 1));
}

const NOW = { callsUnderWay: 0 };
const CALLS = 'dunlin_calls_total{endpoint="event",form="json",status="200"}';

test("what the workers counted is added up", async () => {
  const metrics = new NodeMetrics(tmpdir());
  const reports = new Map([
    [0, workerWithCalls(2).report(NOW)],
    [1, workerWithCalls(3).report(NOW)],
  ]);
  const text = await metrics.text(reports, FACTS);
  assert.equal(valueIn(text, CALLS), 5);
  assert.equal(valueIn(text, 'dunlin_call_errors_total{code="101"}'), 2);
  assert.equal(valueIn(text, 'dunlin_calls_refused_total{reason="faulty-id"}'), 2);
  assert.equal(
    valueIn(text, 'dunlin_call_duration_seconds_bucket{endpoint="event",le="0.0025"}'),
    0,
  );
  assert.equal(
    valueIn(text, 'dunlin_call_duration_seconds_bucket{endpoint="event",le="0.005"}'),
    5,
  );
  assert.equal(valueIn(text, 'dunlin_call_duration_seconds_bucket{endpoint="event",le="+Inf"}'), 5);
  assert.equal(valueIn(text, 'dunlin_call_duration_seconds_count{endpoint="event"}'), 5);
  assert.equal(valueIn(text, "dunlin_revision"), 3);
});

test("sums do not fall when workers die, however many do", async () => {
  const metrics = new NodeMetrics(tmpdir());
  await metrics.text(
    new Map([
      [0, workerWithCalls(2).report(NOW)],
      [1, workerWithCalls(3).report(NOW)],
    ]),
    FACTS,
  );
  await Promise.all([metrics.workerLost(0), metrics.workerLost(1)]);
  const text = await metrics.text(new Map([[0, workerWithCalls(1).report(NOW)]]), FACTS);
  assert.equal(valueIn(text, CALLS), 6);
  assert.equal(valueIn(text, 'dunlin_call_duration_seconds_count{endpoint="event"}'), 6);
  await metrics.workerLost(0);
  assert.equal(valueIn(await metrics.text(new Map(), FACTS), CALLS), 6);
});
