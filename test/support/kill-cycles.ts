// kill -9 under load, again and again on one folder. Each call realizes a trait that no other call
// realizes for its device: what became of every single call is known afterwards. Some calls are of a
// few devices and one trait: there, workers meet in one record.

import assert from "node:assert/strict";
import { readFileSync, rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { Agent } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { send } from "./http-call.ts";
import { PROTOCOL_WORKSPACE } from "./protocol-vectors.ts";
import { type Random, seededRandom } from "./random.ts";
import { type RunningNode, startNode } from "./start-node.ts";

export interface KillOptions {
  readonly seed: number;
  readonly cycles: number;
  /** Told of each cycle once its checks have passed. */
  onCycle?(line: string): void;
}

export interface KillReport {
  /** How often each kind of death was tried. */
  readonly kills: Readonly<Record<Victim, number>>;
  readonly answered: number;
  /** Sent, and not answered because of a kill; stored or not. */
  readonly cutOff: number;
  /** Of these, how many were found stored. */
  readonly cutOffButStored: number;
}

/**
 * A worker alone, a worker and in its first moments the one that takes its place, the primary alone (its
 * workers end themselves), or all processes at once.
 */
type Victim = "worker" | "newcomer" | "primary" | "node";

/** Primaries hold what workers share: their death is the rarer one. */
const DECK: readonly Victim[] = [
  ...(["worker", "worker", "newcomer", "newcomer"] as const),
  ...(["node", "node", "primary"] as const),
];

const PID = 1957;
const SITE = 1002;
const CLIENTS = 16;
const WORKERS = 2;
/** New devices of a cycle, and the traits that each of their calls has for itself. */
const DEVICES = 8;
const TRAITS = 100;
const FIRST_SID = 7_000;
/** Devices whose calls all realize one trait. */
const SHARED = 2;
const SHARED_SID = 5_001;
const MOST_ANSWERS = 400;
/** After the death of one worker, the other goes on. */
const ANSWERS_AFTER = 60;
/** A newcomer dies within so many answers, before or after it has opened the store; then another one comes. */
const ANSWERS_OF_NEWCOMERS = 600;
/** Of earlier cycles, looked at again in each. */
const OLD_DEVICES = 6;

/** Throws an `AssertionError`, with the seed and the cycle, at the first call that is lost or counted twice. */
export async function killAgainAndAgain(options: KillOptions): Promise<KillReport> {
  const data = await mkdtemp(join(tmpdir(), "dunlin-kills-"));
  const cycles = new KillCycles(data, options);
  try {
    return await cycles.run();
  } finally {
    await cycles.end();
    rmSync(data, { recursive: true, force: true });
  }
}

function leavesNode(victim: Victim): boolean {
  return victim === "worker" || victim === "newcomer";
}

/** When who is killed in a cycle, by the number of its answers. */
class Attack {
  killed: Promise<void> | null = null;
  readonly #node: RunningNode;
  readonly #victim: Victim;
  readonly #random: Random;
  readonly #place: number;
  readonly #killAt: number;
  readonly #known: ReadonlySet<number>;
  #newcomer: { readonly pid: number; readonly killAt: number } | null = null;

  constructor(node: RunningNode, victim: Victim, random: Random) {
    this.#node = node;
    this.#victim = victim;
    this.#random = random;
    this.#killAt = 20 + random.below(MOST_ANSWERS);
    this.#place = random.below(WORKERS);
    this.#known = new Set(listedPids(node));
  }

  /** Kills where it is time; true when nobody needs to call any more. */
  isOverAfter(answers: number): boolean {
    if (answers === this.#killAt) this.killed = kill(this.#node, this.#victim, this.#place);
    if (this.#victim !== "newcomer") return answers >= this.#killAt + ANSWERS_AFTER;
    if (answers <= this.#killAt) return false;
    if (this.#newcomer === null) {
      const pid = listedPids(this.#node).find((one) => !this.#known.has(one));
      const killAt = answers + 1 + this.#random.below(ANSWERS_OF_NEWCOMERS);
      if (pid !== undefined) this.#newcomer = { pid, killAt };
      return false;
    }
    const { pid, killAt } = this.#newcomer;
    if (answers === killAt) process.kill(pid, "SIGKILL");
    return answers >= killAt + ANSWERS_OF_NEWCOMERS;
  }
}

/** The workers that there are, from their first moment on, as the node lists them for its successor. */
function listedPids(node: RunningNode): readonly number[] {
  const list = readFileSync(join(node.data, "workers.lock"), "utf8");
  return [...list.matchAll(/"pid":([0-9]+)/g)].map(([, pid]) => Number(pid));
}

type Fate = "sent" | "answered";

class KillCycles {
  readonly #data: string;
  readonly #options: KillOptions;
  readonly #random: Random;
  readonly #ledger = new Ledger();
  readonly #kills: Record<Victim, number> = { worker: 0, newcomer: 0, primary: 0, node: 0 };
  #deck: Victim[] = [];
  #node: RunningNode | null = null;
  #cycle = 0;

  constructor(data: string, options: KillOptions) {
    this.#data = data;
    this.#options = options;
    this.#random = seededRandom(options.seed);
  }

  async run(): Promise<KillReport> {
    const { cycles, onCycle } = this.#options;
    for (this.#cycle = 1; this.#cycle <= cycles; this.#cycle++) {
      const node = await this.#running();
      const victim = this.#nextVictim();
      const answers = await this.#callUntilKilled(node, victim);
      this.#kills[victim] += 1;
      if (!leavesNode(victim)) this.#node = null;
      await this.#check(await this.#running(), this.#devicesToCheck());
      onCycle?.(`cycle ${this.#cycle}: ${victim} killed, ${answers} answers, all there once`);
    }
    const node = await this.#running();
    await this.#check(node, this.#ledger.devices());
    assert.equal((await node.stop()).code, 0);
    this.#node = null;
    return { kills: this.#kills, ...this.#ledger.totals() };
  }

  async end(): Promise<void> {
    await this.#node?.stop();
  }

  /** Dealt from a deck in any order: whatever the seed, a run of some decks has every kind of death. */
  #nextVictim(): Victim {
    if (this.#deck.length === 0) this.#deck = [...DECK];
    const [dealt = "node"] = this.#deck.splice(this.#random.below(this.#deck.length), 1);
    return dealt;
  }

  /** The node, started anew where it was killed, once every worker serves. */
  async #running(): Promise<RunningNode> {
    this.#node ??= await startNode({
      ...{ data: this.#data, workers: WORKERS, clock: "system", workspace: WORKSPACE },
      args: ["--domain", "demdex.net", "--durability", "commit"],
    });
    const node = this.#node;
    while ((await node.manage("GET", "/ready")).status !== 200);
    return node;
  }

  /** Clients call until the death and, where somebody is left, a little longer. */
  async #callUntilKilled(node: RunningNode, victim: Victim): Promise<number> {
    const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
    const attack = new Attack(node, victim, this.#random);
    const calls = new PlannedCalls(this.#cycle);
    let answers = 0;
    let isOver = false;
    const client = async (): Promise<void> => {
      while (!isOver) {
        const call = calls.next();
        this.#ledger.note(call, "sent");
        try {
          const answer = await send({
            to: node.collectUrl,
            target: call.target,
            host: HOST,
            agent,
          });
          assert.equal(answer.headers["x-error"], undefined, answer.text);
          this.#ledger.note(call, "answered");
          answers += 1;
          isOver = attack.isOverAfter(answers) || isOver;
        } catch (fault) {
          // A connection that the kill cut is what this is about; anything else is a fault.
          if (attack.killed === null || fault instanceof assert.AssertionError) throw fault;
          isOver ||= !leavesNode(victim);
        }
      }
    };
    await Promise.all(Array.from({ length: CLIENTS }, client));
    await attack.killed;
    agent.destroy();
    return answers;
  }

  #devicesToCheck(): readonly string[] {
    const old = Array.from({ length: OLD_DEVICES }, () =>
      deviceOf(1 + this.#random.below(this.#cycle), this.#random.below(DEVICES)),
    );
    const own = Array.from({ length: DEVICES }, (_, place) => deviceOf(this.#cycle, place));
    return [...new Set([...own, ...old, ...SHARED_DEVICES])];
  }

  async #check(node: RunningNode, devices: readonly string[]): Promise<void> {
    for (const device of devices) {
      const faults = this.#ledger.faultsOf(device, await countsOf(node, device));
      const { seed } = this.#options;
      assert.deepEqual(faults, [], `seed ${seed}, cycle ${this.#cycle}, device ${device}`);
    }
  }
}

/** What was sent and answered, by device and trait. */
class Ledger {
  readonly #sent = new Map<string, Map<number, number>>();
  readonly #answered = new Map<string, Map<number, number>>();
  /** What was found at the last look: nothing of it may go, and nothing come that was not sent since. */
  readonly #stored = new Map<string, Map<number, number>>();

  note({ device, sid }: PlannedCall, fate: Fate): void {
    const counts = inside(fate === "sent" ? this.#sent : this.#answered, device);
    counts.set(sid, (counts.get(sid) ?? 0) + 1);
  }

  devices(): readonly string[] {
    return [...this.#sent.keys()];
  }

  faultsOf(device: string, stored: ReadonlyMap<number, number>): readonly string[] {
    const sent = inside(this.#sent, device);
    const before = this.#stored.get(device);
    this.#stored.set(device, new Map(stored));
    return [...new Set([...sent.keys(), ...stored.keys()])].flatMap((sid) => {
      const counted = stored.get(sid) ?? 0;
      const most = sent.get(sid) ?? 0;
      const least = Math.max(inside(this.#answered, device).get(sid) ?? 0, before?.get(sid) ?? 0);
      const figures = `trait ${sid}: ${counted} counted, ${least} answered, ${most} sent`;
      if (counted < least) return [`lost, ${figures}`];
      return counted > most ? [`counted twice, ${figures}`] : [];
    });
  }

  totals(): Omit<KillReport, "kills"> {
    const [sent, answered, stored] = [this.#sent, this.#answered, this.#stored].map(sumOf);
    return {
      answered: answered ?? 0,
      cutOff: (sent ?? 0) - (answered ?? 0),
      cutOffButStored: (stored ?? 0) - (answered ?? 0),
    };
  }
}

interface PlannedCall {
  readonly device: string;
  readonly sid: number;
  readonly target: string;
}

/** The calls of a cycle in their order: three of four have a device and a trait for themselves. */
class PlannedCalls {
  readonly #cycle: number;
  #number = 0;

  constructor(cycle: number) {
    this.#cycle = cycle;
  }

  next(): PlannedCall {
    const number = this.#number++;
    const own = number - Math.floor(number / 4);
    const trait = Math.floor(own / DEVICES);
    if (number % 4 === 3 || trait >= TRAITS) {
      const device = SHARED_DEVICES[number % 8 === 3 ? 0 : 1] ?? "";
      return { device, sid: SHARED_SID, target: targetOf(device, "val1") };
    }
    const device = deviceOf(this.#cycle, own % DEVICES);
    return { device, sid: FIRST_SID + trait, target: targetOf(device, `own${trait}`) };
  }
}

const HOST = "alpha.demdex.net";
const SHARED_DEVICES = Array.from({ length: SHARED }, (_, place) => deviceOf(0, place));
const WORKSPACE = {
  ...PROTOCOL_WORKSPACE,
  traits: [
    { sid: SHARED_SID, ...traitRule("val1") },
    ...Array.from({ length: TRAITS }, (_, at) => ({
      sid: FIRST_SID + at,
      ...traitRule(`own${at}`),
    })),
  ],
  segments: [],
  destinations: [],
};

function traitRule(value: string): Record<string, unknown> {
  const name = `Trait of ${value}`;
  const kind = { pid: PID, dataSourceId: SITE, traitType: "RULE_BASED_TRAIT" };
  return { ...kind, name, traitRule: `key1 == "${value}"` };
}

function targetOf(device: string, value: string): string {
  return `/event?d_rtbd=json&key1=${value}&d_uuid=${device}`;
}

function deviceOf(cycle: number, place: number): string {
  return `${cycle * DEVICES + place + 1}`.padStart(38, "0");
}

async function kill(node: RunningNode, victim: Victim, place: number): Promise<void> {
  const workers = workerPids(node);
  if (leavesNode(victim)) {
    process.kill(workers[place] ?? 0, "SIGKILL");
    return;
  }
  if (victim === "node") for (const worker of workers) process.kill(worker, "SIGKILL");
  await node.kill();
}

/** The processes that serve now, as the log has them. */
function workerPids(node: RunningNode): readonly number[] {
  const pids = new Map<number, number>();
  const lines = node.output().stderr.matchAll(/"worker":([0-9]+),"pid":([0-9]+).*A worker serves/g);
  for (const [, worker, pid] of lines) pids.set(Number(worker), Number(pid));
  assert.equal(pids.size, WORKERS);
  return [...pids.values()];
}

async function countsOf(node: RunningNode, device: string): Promise<ReadonlyMap<number, number>> {
  const answer = await node.manage("GET", `/v1/partners/${PID}/visitors?uuid=${device}`);
  if (answer.status === 404) return new Map();
  assert.equal(answer.status, 200, answer.text);
  // The visitor's documented form; a part that is missing fails here.
  const { profiles } = answer.json() as {
    readonly profiles: readonly { readonly traits: readonly { sid: number; count: number }[] }[];
  };
  return new Map(profiles.flatMap(({ traits }) => traits).map(({ sid, count }) => [sid, count]));
}

function inside<K>(maps: Map<K, Map<number, number>>, key: K): Map<number, number> {
  const found = maps.get(key) ?? new Map<number, number>();
  maps.set(key, found);
  return found;
}

function sumOf(maps: ReadonlyMap<string, ReadonlyMap<number, number>>): number {
  return [...maps.values()].flatMap((counts) => [...counts.values()]).reduce((a, b) => a + b, 0);
}
