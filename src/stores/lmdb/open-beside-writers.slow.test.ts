// Opening the files of a store while another process commits. On one core for all processes, where there is
// `taskset`: an opening that waits for its core in the wrong moment is what did harm.

import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { describe, it } from "node:test";
import { holdStore } from "../../../test/support/open-beside.ts";
import { storeFolder } from "../../../test/support/store-folder.ts";
import { openerArguments } from "../../../test/support/store-opener.ts";
import { countStored, writerArguments } from "../../../test/support/store-writer.ts";
import { LmdbProfileStore } from "./lmdb-profile-store.ts";

const OPENINGS = 10_000;
const WRITERS = 4;
const IN_FLIGHT = 8;
const ONE_CORE = ["taskset", "-c", "0"];
const HAS_TASKSET = spawnSync("taskset", ["--version"]).status === 0;

describe("a store that other processes open while calls are answered", () => {
  it(`loses none of them, and fails none, in ${OPENINGS} openings`, async () => {
    const [folder, durability] = [storeFolder(), "commit"] as const;
    await using held = await holdStore({ folder, durability });
    const commits = Number.MAX_SAFE_INTEGER;
    const writing = writerArguments({ folder, durability, commits, inFlight: IN_FLIGHT });
    const writers = Array.from({ length: WRITERS }, () => onOneCore(writing));
    const answered = writers.map(countOutput);
    const opener = onOneCore(openerArguments({ folder, times: Math.sqrt(OPENINGS) }));
    const opened = countOutput(opener);
    // A writer whose transaction fails ends.
    const all = [opener, ...writers];
    const ends = all.map((one) => once(one, "close"));
    await Promise.race(ends);
    const codes = writers.map(({ exitCode }) => exitCode);
    for (const one of all) one.kill("SIGKILL");
    await Promise.all(ends);
    assert.deepEqual(codes, Array(WRITERS).fill(null), `a writer ended at opening ${opened()}`);
    assert.equal(opened(), OPENINGS);
    const [least, most] = [sum(answered), sum(answered) + WRITERS * IN_FLIGHT];
    const stored = await countStored(new LmdbProfileStore(held.environment));
    // It was about something: between any two entrances, others commit.
    assert.ok(least > Math.sqrt(OPENINGS), `${least} answered`);
    assert.ok(stored >= least && stored <= most, `${stored} stored, ${least} answered`);
  });
});

function onOneCore(args: readonly string[]): ChildProcess {
  const [command = "", ...rest] = [...(HAS_TASKSET ? ONE_CORE : []), process.execPath, ...args];
  return spawn(command, rest, { stdio: ["ignore", "pipe", "inherit"] });
}

function countOutput(child: ChildProcess): () => number {
  let bytes = 0;
  child.stdout?.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
  });
  return () => bytes;
}

function sum(counts: readonly (() => number)[]): number {
  return counts.reduce((all, count) => all + count(), 0);
}
