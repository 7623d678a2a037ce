import assert from "node:assert/strict";
import { test } from "node:test";
import { deviceId } from "../../test/support/visitors.ts";
import { MAX_DEVICES_PER_CLUSTER, MAX_GRAPH_FAULTS, readDeviceGraph } from "./device-graph.ts";

test("a graph has its clusters, without those of nobody and without repetitions", () => {
  const [one, two, three] = [deviceId(1), deviceId(2), deviceId(3)];
  const read = readDeviceGraph([[one, two, one], [], [three]]);
  assert.ok(read.ok);
  assert.deepEqual(read.value, [[one, two], [three]]);
});

test("every fault is named where it is, up to a limit", () => {
  const read = readDeviceGraph([[deviceId(1)], ["x", deviceId(1)], [deviceId(1)]]);
  assert.ok(!read.ok);
  assert.deepEqual(
    read.error.map(({ at, code }) => [at, code]),
    [
      ["/clusters/1/0", "E_VALUE"],
      ["/clusters/1/1", "E_DUPLICATE_ID"],
      ["/clusters/2/0", "E_DUPLICATE_ID"],
    ],
  );
  const many = readDeviceGraph([Array<string>(MAX_GRAPH_FAULTS * 2).fill("x")]);
  assert.ok(!many.ok);
  assert.equal(many.error.length, MAX_GRAPH_FAULTS);
});

test("a cluster has a largest size", () => {
  const devices = Array.from({ length: MAX_DEVICES_PER_CLUSTER + 1 }, (_, place) =>
    deviceId(place + 1),
  );
  assert.ok(readDeviceGraph([devices.slice(1)]).ok);
  const read = readDeviceGraph([devices]);
  assert.ok(!read.ok);
  assert.deepEqual(
    read.error.map(({ at, code }) => [at, code]),
    [["/clusters/0", "E_LIMIT"]],
  );
});
