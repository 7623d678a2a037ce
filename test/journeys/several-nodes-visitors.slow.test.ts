// Visitors of several nodes on one cluster, as their callers see them: any node knows what any other has been told,
// and nodes come, go and die without a call that was answered being lost.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { PROTOCOL_WORKSPACE } from "../support/protocol-vectors.ts";
import { type RedisCluster, startRedisCluster } from "../support/redis-cluster.ts";
import {
  ALPHA,
  codesOf,
  countOf,
  publish,
  revisionsServed,
  startSharingNode,
  workspaceNamed,
} from "../support/several-nodes.ts";
import type { RunningNode } from "../support/start-node.ts";

const TRAIT = 5001;
const WORKERS = 2;

let cluster: RedisCluster;
before(async () => {
  cluster = await startRedisCluster();
});
after(() => cluster.stop());

test("a visitor whom one node has seen is known to the others, and so are opt-outs, denials and the time", async () => {
  await cluster.empty();
  const workspace = PROTOCOL_WORKSPACE;
  await using a = await startSharingNode(cluster.url, { workers: WORKERS, workspace });
  await using b = await startSharingNode(cluster.url, { workers: WORKERS });
  const now = "2033-03-03T03:03:03.000Z";
  assert.equal((await a.manage("PUT", "/v1/clock", { now })).status, 200);
  for (let round = 0; round < 20; round++) {
    const device = String(round + 1).padStart(38, "0");
    const target = `/event?d_rtbd=json&key1=val1&d_uuid=${device}`;
    for (const node of [a, b, a, b]) {
      assert.equal(codesOf(await node.collect(target, { host: ALPHA })), "");
    }
    assert.equal(await countOf(b, device, TRAIT), 4);
    const optOut = await a.collect(`/demoptout?d_uuid=${device}`, { host: ALPHA });
    assert.equal(codesOf(optOut), "171");
    const answers = await Promise.all(
      [b, b, b].map((node) => node.collect(target, { host: ALPHA })),
    );
    assert.deepEqual(answers.map(codesOf), ["171", "171", "171"], `round ${round}`);
  }
  const device = "9".padStart(38, "7");
  const denial = await b.manage("POST", "/v1/denylist", { kind: "device", id: device });
  assert.equal(denial.status, 200, denial.text);
  const denied = await a.collect(`/event?d_rtbd=json&d_uuid=${device}`, { host: ALPHA });
  assert.notEqual(codesOf(denied), "");
  const visitor = await b.manage("GET", `/v1/partners/1957/visitors?uuid=${"1".padStart(38, "0")}`);
  assert.match(visitor.text, new RegExp(`"lastSeen":${Date.parse(now)}`));

  assert.equal((await b.manage("POST", "/v1/reset")).status, 200);
  assert.equal(await countOf(a, "1".padStart(38, "0"), TRAIT), 0);
});

/** Callers on three nodes, each call on a connection of its own, until they are told to stop. */
class LoadOnNodes {
  readonly answered = new Map<string, number>();
  readonly sent = new Map<string, number>();
  /** What went wrong with calls to nodes that were to answer. */
  readonly failed: string[] = [];
  answers = 0;
  readonly #living: RunningNode[];
  readonly #wakers = new Set<() => void>();
  #isStopped = false;
  #running: Promise<unknown> = Promise.resolve();

  constructor(nodes: readonly RunningNode[]) {
    this.#living = [...nodes];
  }

  start(callers: number, devices: readonly string[]): void {
    const caller = async (number: number): Promise<void> => {
      for (let round = number; !this.#isStopped; round++) {
        const node = this.#living[round % this.#living.length];
        const device = devices[round % devices.length];
        if (node !== undefined && device !== undefined) await this.#call(node, device);
      }
    };
    this.#running = Promise.all(Array.from({ length: callers }, (_, number) => caller(number)));
  }

  add(node: RunningNode): void {
    this.#living.push(node);
  }

  /** No new calls go to it; those under way may fail. */
  remove(node: RunningNode): void {
    this.#living.splice(this.#living.indexOf(node), 1);
  }

  /** Resolves once so many answers more have come. */
  more(count: number): Promise<void> {
    const target = this.answers + count;
    return new Promise((resolve) => {
      const look = (): void => {
        if (this.answers < target) return;
        this.#wakers.delete(look);
        resolve();
      };
      this.#wakers.add(look);
    });
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  async #call(node: RunningNode, device: string): Promise<void> {
    this.sent.set(device, (this.sent.get(device) ?? 0) + 1);
    const target = `/event?d_rtbd=json&key1=val1&d_uuid=${device}`;
    try {
      const answer = await node.collect(target, { host: ALPHA });
      if (codesOf(answer) === "" && answer.status === 200) {
        this.answered.set(device, (this.answered.get(device) ?? 0) + 1);
      } else {
        this.failed.push(`${answer.status} ${codesOf(answer)} ${answer.text}`);
      }
      this.answers++;
      for (const look of [...this.#wakers]) look();
    } catch (fault) {
      if (this.#living.includes(node)) this.failed.push(String(fault));
    }
  }
}

test("under load one node is killed, one drained and one added: nothing answered is lost, no living node fails", async () => {
  await cluster.empty();
  const workspace = PROTOCOL_WORKSPACE;
  const clock = "system" as const;
  await using a = await startSharingNode(cluster.url, { clock, workspace });
  await using killed = await startSharingNode(cluster.url, { clock });
  await using drained = await startSharingNode(cluster.url, { clock });
  const devices = Array.from({ length: 8 }, (_, place) => `${place + 1}`.padStart(38, "4"));
  const load = new LoadOnNodes([a, killed, drained]);
  load.start(6, devices);
  await load.more(100);

  load.remove(killed);
  await Promise.all([killed.kill(), load.more(100)]);
  // Its lease may not have ended yet: it is waited for no longer than that.
  assert.equal(await publish(a, workspaceNamed("After the kill")), 2);

  load.remove(drained);
  const [exit] = await Promise.all([drained.stop(), load.more(100)]);
  assert.deepEqual(exit, { code: 0, signal: null });

  await using added = await startSharingNode(cluster.url, { clock });
  assert.deepEqual(await revisionsServed(added, 1), ["2"]);
  load.add(added);
  await load.more(100);
  assert.equal(await publish(added, workspaceNamed("From the new one")), 3);
  assert.deepEqual(await revisionsServed(a, 1), ["3"]);
  await load.stop();

  assert.deepEqual(load.failed, []);
  for (const device of devices) {
    const [counted, again] = [await countOf(a, device, TRAIT), await countOf(added, device, TRAIT)];
    assert.equal(counted, again);
    const answered = load.answered.get(device) ?? 0;
    const sent = load.sent.get(device) ?? 0;
    const where = `${counted} counted, ${answered} answered, ${sent} sent`;
    assert.ok(counted >= answered, `a call was lost: ${where}`);
    assert.ok(counted <= sent, `a call was counted twice: ${where}`);
  }
});

test("while the store does not answer, calls are answered without it; then they are stored again", async () => {
  await cluster.empty();
  await using a = await startSharingNode(cluster.url, { workspace: PROTOCOL_WORKSPACE });
  const device = "7".padStart(38, "7");
  const target = `/event?d_rtbd=json&key1=val1&d_uuid=${device}`;
  cluster.pause();
  try {
    const answer = await a.collect(target, { host: ALPHA });
    assert.equal(answer.status, 200);
    assert.notEqual(codesOf(answer), "");
  } finally {
    cluster.resume();
  }
  while (codesOf(await a.collect(target, { host: ALPHA })) !== "");
  assert.ok((await countOf(a, device, TRAIT)) >= 1);
});
