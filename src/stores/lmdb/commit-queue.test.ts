import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CommitQueue, MAX_COMMITS_A_TRANSACTION, type Write } from "./commit-queue.ts";
import { StoreOverloaded } from "./store-errors.ts";

/** Runs transactions at once, and notes how many writes each held. */
function recordingQueue(limit?: number): { queue: CommitQueue; written: string[][] } {
  const written: string[][] = [];
  const transact = (writes: Write): void => {
    written.push([]);
    writes();
  };
  return { queue: new CommitQueue(transact, limit), written };
}

describe("group commit", () => {
  it("commits what comes within one turn in one transaction, in its order", async () => {
    const { queue, written } = recordingQueue();
    const note = (name: string) => (): void => void written.at(-1)?.push(name);
    await Promise.all(["a", "b", "c"].map((name) => queue.commit(note(name))));
    await queue.commit(note("d"));
    assert.deepEqual(written, [["a", "b", "c"], ["d"]]);
  });

  it("tells each what its write gave, or why it failed, whoever shares the transaction", async () => {
    const { queue } = recordingQueue();
    const fail = (): string => {
      throw new Error("A damaged record.");
    };
    const writes = [() => "stored", fail, () => "opted-out"];
    const settled = await Promise.allSettled(writes.map((write) => queue.commit(write)));
    assert.deepEqual(
      settled.map((each) => (each.status === "fulfilled" ? each.value : `${each.reason}`)),
      ["stored", "Error: A damaged record.", "opted-out"],
    );
  });

  it("commits what comes while a transaction is under way in the next one", async () => {
    let release: () => void = () => {};
    const groups: number[] = [];
    const queue = new CommitQueue((writes) => {
      groups.push(0);
      writes();
      return new Promise((resolve) => {
        release = resolve;
      });
    });
    const write = (): void => void (groups[groups.length - 1] = (groups.at(-1) ?? 0) + 1);
    const first = queue.commit(write);
    await turns(2);
    const later = [queue.commit(write), queue.commit(write)];
    await turns(5);
    assert.deepEqual(groups, [1]);
    release();
    await first;
    await turns(2);
    release();
    await Promise.all(later);
    assert.deepEqual(groups, [1, 2]);
  });

  it("answers nobody before the transaction is done", async () => {
    let release: () => void = () => {};
    const queue = new CommitQueue((writes) => {
      writes();
      return new Promise((resolve) => {
        release = resolve;
      });
    });
    let isAnswered = false;
    const commit = queue
      .commit(() => {})
      .then(() => {
        isAnswered = true;
      });
    await turns(5);
    assert.equal(isAnswered, false);
    release();
    await commit;
  });

  it("splits a long queue into transactions of bounded size", async () => {
    const { queue, written } = recordingQueue();
    const count = MAX_COMMITS_A_TRANSACTION * 2 + 1;
    await Promise.all(
      Array.from({ length: count }, () => queue.commit(() => written.at(-1)?.push("w"))),
    );
    assert.deepEqual(
      written.map((group) => group.length),
      [MAX_COMMITS_A_TRANSACTION, MAX_COMMITS_A_TRANSACTION, 1],
    );
  });

  it("a write that fails fails alone", async () => {
    const { queue } = recordingQueue();
    const faulty = queue.commit(() => {
      throw new Error("A damaged record.");
    });
    const sound = queue.commit(() => {});
    await assert.rejects(faulty, /damaged/);
    await sound;
  });

  it("a transaction that fails fails for all of its group, and for no other", async () => {
    let isBroken = true;
    const queue = new CommitQueue(() => {
      if (isBroken) throw new Error("No space left on device.");
    });
    const group = [queue.commit(() => {}), queue.commit(() => {})];
    for (const commit of group) await assert.rejects(commit, /No space left/);
    isBroken = false;
    await queue.commit(() => {});
  });

  it("refuses what would wait behind too many others", async () => {
    const { queue } = recordingQueue(2);
    const accepted = [queue.commit(() => {}), queue.commit(() => {})];
    await assert.rejects(
      queue.commit(() => {}),
      StoreOverloaded,
    );
    const later = () =>
      queue.commitLater(
        () => {},
        () => {},
      );
    assert.throws(later, /2 commits wait already/);
    await Promise.all(accepted);
    await queue.commit(() => {});
  });

  it("commits at once what nobody waits for, when asked", async () => {
    const { queue, written } = recordingQueue();
    queue.commitLater(
      () => written.at(-1)?.push("later"),
      (reason) => assert.fail(String(reason)),
    );
    assert.deepEqual(written, []);
    queue.commitNow();
    assert.deepEqual(written, [["later"]]);
    await queue.close();
    assert.deepEqual(written, [["later"]]);
  });

  it("commits nothing beside work that wants to be alone, which waits for what is under way", async () => {
    const notes: string[] = [];
    const commits: (() => void)[] = [];
    const queue = new CommitQueue((writes) => {
      writes();
      return new Promise((resolve) => commits.push(resolve));
    });
    const first = queue.commit(() => notes.push("first"));
    await turns(2);
    const { promise: end, resolve } = Promise.withResolvers<void>();
    const alone = queue.alone(async () => {
      notes.push("alone");
      await end;
      return "done";
    });
    const second = queue.commit(() => notes.push("second"));
    await turns(5);
    assert.deepEqual(notes, ["first"]);
    commits[0]?.();
    await first;
    await turns(5);
    assert.deepEqual(notes, ["first", "alone"]);
    assert.throws(() => queue.commitNow(), /Invariant broken/);
    resolve();
    assert.equal(await alone, "done");
    await turns(2);
    assert.deepEqual(notes, ["first", "alone", "second"]);
    commits[1]?.();
    await second;
  });

  it("goes on after work that failed, and lets calls through between one and the next", async () => {
    const { queue, written } = recordingQueue();
    const failing = queue.alone(() => Promise.reject(new Error("Gone.")));
    const commit = queue.commit(() => written.at(-1)?.push("between"));
    const next = queue.alone(async () => written.flat());
    await assert.rejects(failing, /Gone/);
    await commit;
    assert.deepEqual(await next, ["between"]);
    await queue.close();
    await assert.rejects(
      queue.alone(async () => {}),
      /closed/,
    );
  });

  it("tells of a write that was lost after it was answered", async () => {
    const { queue } = recordingQueue();
    const lost: unknown[] = [];
    const write = (): void => {
      throw new Error("A damaged record.");
    };
    queue.commitLater(write, (reason) => lost.push(reason));
    await queue.close();
    assert.equal(lost.length, 1);
  });

  it("commits all that it accepted when it is closed, and accepts nothing more", async () => {
    const { queue, written } = recordingQueue();
    const commit = queue.commit(() => written.at(-1)?.push("last"));
    await queue.close();
    await commit;
    assert.deepEqual(written, [["last"]]);
    await assert.rejects(
      queue.commit(() => {}),
      /closed/,
    );
  });
});

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}
