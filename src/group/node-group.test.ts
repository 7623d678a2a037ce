import assert from "node:assert/strict";
import { test } from "node:test";
import {
  countBeats,
  LEASE_MS,
  movingOn,
  SETTINGS,
  TestGroup,
  type TestNode,
  until,
} from "../../test/support/group-of-nodes.ts";

test("a publication is compiled by every node before it is stored, and served by all when it is answered", async () => {
  await using nodes = new TestGroup();
  const [a, b, c] = await nodes.serving("a", "b", "c");
  assert.ok(a && b && c);
  assert.equal(await nodes.publish(a), 1);
  assert.deepEqual(b.workers.done, ["compile 1", "serve 1"]);
  assert.deepEqual(c.workers.done, ["compile 1", "serve 1"]);
  assert.equal(await nodes.publish(c), 2);
  assert.deepEqual(a.workers.done, ["compile 2", "serve 2"]);
});

test("a publication waits for the slowest node", async () => {
  await using nodes = new TestGroup();
  const [a, b] = await nodes.serving("a", "b");
  assert.ok(a && b);
  const { promise, resolve } = Promise.withResolvers<void>();
  b.workers.mayServe = promise;
  let isAnswered = false;
  const published = nodes.publish(a).finally(() => {
    isAnswered = true;
  });
  await until(() => a.workers.revision === 1);
  for (let turn = 0; turn < 20; turn++) await new Promise((next) => setImmediate(next));
  assert.equal(isAnswered, false);
  resolve();
  assert.equal(await published, 1);
  assert.equal(b.workers.revision, 1);
});

test("a node that cannot compile it: nothing is stored, and whoever did compile it forgets it", async () => {
  await using nodes = new TestGroup();
  const [a, b, c] = await nodes.serving("a", "b", "c");
  assert.ok(a && b && c);
  b.workers.refusal = "too large";
  assert.equal(await nodes.publish(a), "b: too large");
  assert.equal(await nodes.store.latest(), null);
  await until(() => c.workers.done.at(-1) === "discard" || c.workers.done.length === 0);
  b.workers.refusal = null;
  assert.equal(await nodes.publish(a), 1);
});

test("publications of two nodes at once take turns", async () => {
  await using nodes = new TestGroup();
  const [a, b] = await nodes.serving("a", "b");
  assert.ok(a && b);
  const publishFive = async (node: TestNode): Promise<(number | string)[]> => {
    const revisions: (number | string)[] = [];
    for (let turn = 0; turn < 5; turn++) revisions.push(await nodes.publish(node));
    return revisions;
  };
  const revisions = (await Promise.all([publishFive(a), publishFive(b)])).flat();
  assert.deepEqual(
    revisions.map(Number).toSorted((one, other) => one - other),
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  );
});

test("a node that dies while it is waited for is waited for no longer than its lease", async () => {
  await using nodes = new TestGroup();
  const [a, b] = await nodes.serving("a", "b");
  assert.ok(a && b);
  b.way.isCut = true;
  const published = nodes.publish(a);
  await until(() => a.group.livingCount === 2);
  nodes.time.nowMs += LEASE_MS - 1;
  // The one that lives shows it once more before the other's lease ends.
  const { renewals } = countBeats(nodes.store);
  await until(() => renewals() > 2);
  nodes.time.nowMs += 1;
  assert.equal(await published, 1);
  assert.equal(b.workers.revision, 0);
});

test("a publisher that dies before it has stored: the others forget what it wanted", async () => {
  await using nodes = new TestGroup();
  const [a, b] = await nodes.serving("a", "b");
  assert.ok(a && b);
  const turn = await a.group.take();
  assert.equal(await turn?.compileElsewhere({ revision: 1, document: "{}" }), null);
  a.way.isCut = true;
  nodes.time.nowMs += LEASE_MS;
  await until(() => b.workers.done.at(-1) === "discard");
  assert.equal(await nodes.publish(b), 1);
  // What the dead one does when it wakes up has no effect.
  const late = await nodes.store.publish({ revision: 2, document: "[]" }, turn?.fence ?? 0);
  assert.equal(late, "overtaken");
});

test("a publisher that dies right after it has stored: the others serve it by themselves", async () => {
  await using nodes = new TestGroup();
  const [a, b] = await nodes.serving("a", "b");
  assert.ok(a && b);
  const turn = await a.group.take();
  const next = { revision: 1, document: "{}" };
  assert.equal(await turn?.compileElsewhere(next), null);
  assert.equal(await nodes.store.publish(next, turn?.fence ?? 0), "stored");
  a.way.isCut = true;
  await until(() => b.workers.revision === 1);
  assert.deepEqual(b.workers.done, ["compile 1", "serve 1"]);
});

test("a node that is cut off is not ready, and has caught up when it is ready again", async () => {
  await using nodes = new TestGroup();
  const [a, b] = await nodes.serving("a", "b");
  assert.ok(a && b);
  assert.equal(b.group.isCurrent, true);
  b.way.isCut = true;
  nodes.time.nowMs += LEASE_MS;
  assert.equal(b.group.isCurrent, false);
  await until(() => a.group.isCurrent);
  assert.equal(await nodes.publish(a), 1);
  b.way.isCut = false;
  await until(() => b.group.isCurrent);
  assert.deepEqual(b.workers.done, ["serve 1"]);
});

test("a node that cannot serve what is stored is not ready until something else is", async () => {
  await using nodes = new TestGroup();
  const [a, b] = await nodes.serving("a", "b");
  assert.ok(a && b);
  b.way.isCut = true;
  nodes.time.nowMs += LEASE_MS;
  await until(() => a.group.isCurrent);
  assert.equal(await nodes.publish(a), 1);
  b.workers.refusal = "unknown key";
  b.way.isCut = false;
  await until(() => b.workers.done.at(-1) === "serve 1");
  assert.equal(b.group.isCurrent, false);
  b.workers.refusal = null;
  const published = nodes.publish(a);
  await until(() => b.group.isCurrent);
  assert.equal(await published, 2);
});

test("a node that drains is waited for by nobody, and finishes what it publishes itself", async () => {
  await using nodes = new TestGroup();
  const [a, b] = await nodes.serving("a", "b");
  assert.ok(a && b);
  const { promise, resolve } = Promise.withResolvers<void>();
  b.workers.mayServe = promise;
  const own = nodes.publish(a);
  await until(() => a.workers.revision === 1);
  await a.group.drain();
  resolve();
  assert.equal(await own, 1);
  assert.equal(await nodes.publish(b), 2);
  assert.deepEqual(a.workers.done, []);
});

test("a node that comes later begins with the newest, and nobody waits for it before", async () => {
  await using nodes = new TestGroup();
  const [a] = await nodes.serving("a");
  assert.ok(a);
  const b = nodes.node("b");
  assert.equal(await b.group.join(), null);
  assert.equal(await nodes.publish(a), 1);
  assert.deepEqual(b.workers.done, []);
  assert.equal(await b.group.serve(), true);
  assert.equal(b.workers.revision, 1);
});

test("the manual clock is one for all, and a node that comes later has its time", async () => {
  await using nodes = new TestGroup();
  const [a, b] = await nodes.serving("a", "b");
  assert.ok(a && b);
  assert.equal(await a.group.setClock(1_700_000_000_000), true);
  assert.equal(b.workers.time, 1_700_000_000_000);
  assert.equal(await b.group.setClock(1_600_000_000_000), true);
  assert.equal(a.workers.time, 1_600_000_000_000);
  const c = nodes.node("c");
  await c.group.join();
  assert.equal(c.group.sharedClock(), 1_600_000_000_000);
});

test("a node of another domain or another clock may not join, nor keep others from it", async () => {
  await using nodes = new TestGroup();
  await nodes.serving("a");
  const joining = [
    { ...SETTINGS, domain: "elsewhere.example" },
    { ...SETTINGS, clock: "system" },
    SETTINGS,
  ].map((settings, i) => nodes.node(`joining ${i}`, settings).group.join());
  const { renewals } = countBeats(nodes.store);
  // They give a predecessor's lease the time to end.
  const stop = movingOn(nodes.time, renewals);
  assert.deepEqual(await Promise.all(joining), [SETTINGS, SETTINGS, null]);
  await stop();
});
