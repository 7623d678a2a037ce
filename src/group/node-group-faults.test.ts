// Many publications while nodes are cut off, come back, die and are added, all chosen by a seed. Whatever comes in
// between, a publication that is answered is served by every node that counts itself among the living.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  countBeats,
  movingOn,
  TestGroup,
  type TestNode,
  until,
} from "../../test/support/group-of-nodes.ts";
import { seededRandom } from "../../test/support/random.ts";

const ROUNDS = 200;
const MOST_NODES = 5;

for (const seed of [1, 2, 3]) {
  test(`with seed ${seed}, what is answered is served by all who live, and in the end all agree`, async () => {
    const random = seededRandom(seed);
    await using nodes = new TestGroup();
    const living = await nodes.serving("node 0", "node 1", "node 2");
    const stopTime = movingOn(nodes.time, countBeats(nodes.store).renewals);
    const answered: number[] = [];
    const underWay = new Map<TestNode, Promise<void>>();
    let names = living.length;

    const check = (): void => {
      const newest = Math.max(0, ...answered);
      for (const { group, workers } of living) {
        const where = `seed ${seed}: ${newest} was answered, one serves ${workers.revision}`;
        assert.ok(!group.isCurrent || workers.revision >= newest, where);
      }
    };
    const publishOn = async (node: TestNode): Promise<void> => {
      const outcome = await nodes.publish(node).catch(() => "cut off");
      if (typeof outcome === "number") answered.push(outcome);
      check();
    };
    const addNode = async (): Promise<void> => {
      const [node] = await nodes.serving(`node ${names++}`);
      if (node !== undefined) living.push(node);
    };

    for (let round = 0; round < ROUNDS; round++) {
      const node = random.pick(living);
      const choice = random.next();
      if (choice < 0.5 && !underWay.has(node) && !node.way.isCut) {
        underWay.set(
          node,
          publishOn(node).finally(() => underWay.delete(node)),
        );
      } else if (choice < 0.65) node.way.isCut = true;
      else if (choice < 0.9) node.way.isCut = false;
      else if (choice < 0.95 && living.length > 2) {
        // It dies: nobody hears of it again.
        node.way.isCut = true;
        living.splice(living.indexOf(node), 1);
      } else if (living.length < MOST_NODES) await addNode();
      const beats = nodes.store.beats + random.below(12);
      await until(() => {
        check();
        return nodes.store.beats >= beats || living.every(({ way }) => way.isCut);
      });
    }

    for (const { way } of living) way.isCut = false;
    await Promise.all(underWay.values());
    const newest = (await nodes.store.latest())?.revision ?? 0;
    await until(() =>
      living.every(({ group, workers }) => group.isCurrent && workers.revision === newest),
    );
    await stopTime();
    assert.equal(new Set(answered).size, answered.length, `seed ${seed}`);
    assert.ok(answered.length > 10, `seed ${seed}: ${answered.length} publications came through`);
  });
}
