// The pipeline of calls over simulated weeks: many visitors, several workers, one store, and everything
// that can go wrong, in an order that a seed decides. After each step a model (`model.ts`) says what must
// be true.

import { createHash } from "node:crypto";
import type { EventReply } from "../../src/event/reply.ts";
import { asDataSourceId, type DeviceId, parseDeviceId } from "../../src/model/ids.ts";
import type { VisitorStore } from "../../src/profiles/visitor-store.ts";
import { type Random, seededRandom } from "../support/random.ts";
import { type Definitions, DefinitionsByChance, GRAPH } from "./definitions.ts";
import { describeStored, finalFaults } from "./final-state.ts";
import { History } from "./history.ts";
import { DAY_MS } from "./history-of-traits.ts";
import { membershipFaults, optOutFaults } from "./memberships.ts";
import { Model } from "./model.ts";
import { type Crowd, numbered, type PlannedCall, plannedCall, shownCall } from "./planned-call.ts";
import { type Faults, NO_FAULTS, Steps } from "./steps.ts";
import { WatchedCall } from "./watched-call.ts";
import { beginCall, type Worker } from "./worker.ts";

export interface SimulationOptions {
  readonly seed: number;
  readonly steps: number;
  /** Empty at first; whoever opened it closes it. */
  readonly store: VisitorStore;
}

export interface SimulationReport {
  /** Of every answer, and of the store in the end. */
  readonly digest: string;
  readonly days: number;
  readonly calls: number;
  readonly answered: number;
  readonly stored: number;
  /** In all answers together. */
  readonly segments: number;
  readonly checkedMemberships: number;
  readonly crashes: number;
  readonly revisions: number;
}

/** Something that must be true was not. The message says how to see it again. */
export class SimulationFault extends Error {
  override readonly name = "SimulationFault";
}

export function simulate(options: SimulationOptions): Promise<SimulationReport> {
  return new Simulation(options).run();
}

const BEGIN = Date.UTC(2026, 0, 5, 12);
const CROWD: Crowd = { devices: 40, people: 12 };
const WORKERS = 3;
const MOST_UNDER_WAY = 14;
const ERA_STEPS = 400;
const HOUR_MS = 3_600_000;
/** So that no call is as much as a day late. */
const LONGEST_CALL_MS = 12 * HOUR_MS;
const MOST_SKEW_MS = 120_000;

/** Fair weather, an ordinary day, a storm, and a store that is slow but sound. */
const WEATHERS: readonly Faults[] = [
  NO_FAULTS,
  { failure: 0.01, lateFailure: 0.01, slowAnswer: 0.05, slowStep: 0.05, group: 0.3 },
  { failure: 0.15, lateFailure: 0.15, slowAnswer: 0.2, slowStep: 0.2, group: 0.5 },
  { failure: 0, lateFailure: 0, slowAnswer: 0.3, slowStep: 0.3, group: 0.5 },
];

interface Answered {
  readonly call: WatchedCall;
  readonly reply: EventReply;
}

class Simulation {
  readonly #seed: number;
  readonly #stepCount: number;
  readonly #store: VisitorStore;
  readonly #random: Random;
  readonly #ids: Random;
  readonly #model = new Model();
  readonly #history = new History();
  readonly #digest = createHash("sha256");
  readonly #definitions: DefinitionsByChance;
  readonly #steps: Steps;
  readonly #workers: Worker[];
  readonly #underWay = new Map<number, { readonly call: WatchedCall; readonly worker: Worker }>();
  readonly #commits = { count: 0 };
  #latest: Definitions;
  /** Workers that have yet to hear of the latest definitions. */
  #unaware: Worker[] = [];
  #answered: Answered[] = [];
  #faults: { readonly call: WatchedCall | null; readonly text: string }[] = [];
  #weather = NO_FAULTS;
  #clock = BEGIN;
  #step = 0;
  #isResting = false;
  #calls = 0;
  #answeredCount = 0;
  #segments = 0;
  #checked = 0;
  #crashes = 0;

  constructor({ seed, steps, store }: SimulationOptions) {
    this.#seed = seed;
    this.#stepCount = steps;
    this.#store = store;
    this.#random = seededRandom(seed);
    this.#ids = seededRandom(seed ^ 0x5eed);
    this.#definitions = new DefinitionsByChance(seededRandom(seed ^ 0xdef));
    this.#steps = new Steps(this.#random);
    this.#latest = this.#definitions.publish();
    this.#workers = Array.from({ length: WORKERS }, (_, place) => ({
      ...{ number: place, definitions: this.#latest, skewMs: 0 },
    }));
  }

  async run(): Promise<SimulationReport> {
    try {
      return await this.#run();
    } catch (fault) {
      if (fault instanceof SimulationFault) throw fault;
      // The model and its twins go by what must be true: where it is not, they may find no answer.
      this.#faults.push({ call: null, text: `what it is held against gave up: ${fault}` });
      return this.#throwFaults();
    }
  }

  async #run(): Promise<SimulationReport> {
    for (this.#step = 1; this.#step <= this.#stepCount; this.#step++) {
      if (this.#step % ERA_STEPS === 1) this.#weather = this.#random.pick(WEATHERS);
      await this.#act();
      await this.#settle();
    }
    await this.#comeToRest();
    await this.#visitEverybody();
    for (const text of await finalFaults(this.#store, this.#model, this.#clock)) {
      this.#faults.push({ call: null, text });
    }
    if (this.#faults.length > 0) this.#throwFaults();
    this.#digest.update(await describeStored(this.#store, this.#model));
    return {
      digest: this.#digest.digest("hex"),
      days: Math.round((this.#clock - BEGIN) / DAY_MS),
      calls: this.#calls,
      answered: this.#answeredCount,
      stored: this.#commits.count,
      segments: this.#segments,
      checkedMemberships: this.#checked,
      crashes: this.#crashes,
      revisions: this.#latest.revision,
    };
  }

  async #act(): Promise<void> {
    const random = this.#random;
    const chance = random.next();
    if (chance < 0.003) return this.#crash();
    if (chance < 0.006) return this.#publish();
    if (chance < 0.009) return this.#replaceGraph();
    if (chance < 0.012) return this.#setClock();
    if (chance < 0.03) return this.#tellWorker();
    if (chance < 0.05) return this.#letTimePass();
    const mayBegin = !this.#isResting && this.#underWay.size < MOST_UNDER_WAY;
    if (mayBegin && (this.#steps.size === 0 || random.chance(0.3))) {
      const planned = plannedCall(random, CROWD, this.#latest);
      this.#begin(planned, random.pick(this.#workers));
    } else if (this.#steps.size > 0) {
      await this.#carryOn();
    }
  }

  async #carryOn(): Promise<void> {
    const { call, text } = await this.#steps.run(this.#weather);
    this.#history.add(this.#step, call, text);
  }

  #begin(planned: PlannedCall, worker: Worker): void {
    this.#calls += 1;
    const number = this.#calls;
    const { definitions } = worker;
    const call: WatchedCall = new WatchedCall({
      ...{ number, planned, definitions, now: this.#clock + worker.skewMs },
      ...{ model: this.#model, commits: this.#commits },
      report: (text) => this.#faults.push({ call, text }),
    });
    this.#underWay.set(number, { call, worker });
    const whose = `call ${number} on worker ${worker.number}, revision ${definitions.revision}`;
    this.#history.know(number, call.subjects());
    this.#history.add(
      this.#step,
      number,
      `${whose}, ${shownTime(call.now)}: ${shownCall(planned)}`,
    );
    const add = (step: Parameters<Steps["add"]>[0]): void => this.#steps.add(step, this.#weather);
    void beginCall(call, { worker, store: this.#store, ids: this.#ids, add }).then((reply) => {
      this.#answered.push({ call, reply });
    });
  }

  /** Lets everything that follows from the last step happen, and looks at it. */
  async #settle(): Promise<void> {
    await nextTurn();
    const answered = this.#answered;
    this.#answered = [];
    for (const one of answered) await this.#look(one);
    if (this.#faults.length > 0) this.#throwFaults();
    if (this.#isResting && this.#underWay.size === 0 && this.#steps.size === 0) this.#leap();
  }

  async #look({ call, reply }: Answered): Promise<void> {
    // An answer of a worker that is gone reached nobody.
    if (!this.#underWay.delete(call.number)) return;
    const codes = reply.errors.map(({ code }) => code);
    this.#digest.update(`${call.number} ${reply.status} ${codes} ${reply.body}\n`);
    this.#history.know(call.number, call.subjects());
    const said = `call ${call.number} is answered ${codes} ${reply.body}`;
    this.#history.add(this.#step, call.number, said);
    if (!call.judge(reply)) return;
    this.#answeredCount += 1;
    this.#segments += call.segmentCount;
    if (call.planned.kind === "opt-out") {
      for (const text of await optOutFaults(this.#store, this.#model, call)) {
        this.#faults.push({ call, text });
      }
    }
    if (call.planned.kind !== "event" || !call.isUndisturbed) return;
    this.#checked += 1;
    for (const text of await membershipFaults(this.#store, call)) this.#faults.push({ call, text });
  }

  /** A worker is killed; what its calls had asked of the store may still be done. */
  #crash(): void {
    const worker = this.#random.pick(this.#workers);
    this.#crashes += 1;
    const isTheirs = (number: number): boolean => this.#underWay.get(number)?.worker === worker;
    for (const step of this.#steps.vanish(isTheirs)) {
      if (this.#random.chance(0.5)) {
        this.#steps.add({ ...step, answer: () => {}, fail: () => {} }, this.#weather);
      }
    }
    for (const [number, underWay] of this.#underWay) {
      if (underWay.worker === worker) this.#underWay.delete(number);
    }
    worker.definitions = this.#latest;
    this.#unaware = this.#unaware.filter((one) => one !== worker);
    this.#history.add(this.#step, null, `worker ${worker.number} is killed`);
  }

  #publish(): void {
    if (this.#unaware.length > 0) return;
    const changed = this.#definitions.change();
    this.#latest = this.#definitions.publish();
    this.#unaware = [...this.#workers];
    this.#history.add(this.#step, null, `revision ${this.#latest.revision}: ${changed}`);
  }

  #tellWorker(): void {
    const worker = this.#unaware.pop();
    if (worker === undefined) return;
    worker.definitions = this.#latest;
    const { revision } = this.#latest;
    this.#history.add(this.#step, null, `worker ${worker.number} has revision ${revision}`);
  }

  async #replaceGraph(): Promise<void> {
    const random = this.#random;
    const clusters: DeviceId[][] = [];
    for (let device = 1; device <= CROWD.devices; ) {
      const size = 1 + random.below(4);
      const cluster = Array.from({ length: size }, (_, place) => deviceOf(device + place));
      if (random.chance(0.5)) clusters.push(cluster);
      device += size;
    }
    await this.#store.graphs.replace(asDataSourceId(GRAPH), clusters);
    this.#history.add(this.#step, null, "the graph is replaced");
  }

  #setClock(): void {
    const worker = this.#random.pick(this.#workers);
    worker.skewMs = this.#random.below(2 * MOST_SKEW_MS) - MOST_SKEW_MS;
    this.#history.add(this.#step, null, `worker ${worker.number} is off by ${worker.skewMs} ms`);
  }

  /** A little at once; more once no call is under way. */
  #letTimePass(): void {
    const times = [...this.#underWay.values()].map(({ call }) => call.now);
    const oldest = Math.min(this.#clock, ...times);
    if (this.#random.chance(0.3) || this.#clock - oldest > LONGEST_CALL_MS) this.#isResting = true;
    else this.#clock += this.#random.below(this.#random.chance(0.2) ? 2 * HOUR_MS : 600_000);
  }

  #leap(): void {
    const random = this.#random;
    this.#isResting = false;
    const chance = random.next();
    const days =
      chance < 0.6 ? 1 : chance < 0.85 ? 3 : chance < 0.95 ? 8 : chance < 0.99 ? 35 : 130;
    this.#clock += random.below(days * DAY_MS);
    this.#history.add(this.#step, null, `it is ${shownTime(this.#clock)}`);
  }

  async #comeToRest(): Promise<void> {
    this.#weather = NO_FAULTS;
    while (this.#steps.size > 0) {
      await this.#carryOn();
      await this.#settle();
    }
    for (const worker of this.#workers) worker.definitions = this.#latest;
  }

  /** One call of each device, alone: then memberships are what the rules say. */
  async #visitEverybody(): Promise<void> {
    const [worker] = this.#workers;
    if (worker === undefined) return;
    for (const device of this.#model.devices()) {
      for (const pid of [1, 2]) {
        this.#begin({ kind: "event", pid, device, ids: [], traits: [], direct: [] }, worker);
        await this.#settle();
        await this.#comeToRest();
      }
    }
  }

  #throwFaults(): never {
    const call = this.#faults[0]?.call ?? null;
    const text = this.#faults.map((fault) => fault.text).join("\n  ");
    const subjects = call?.subjects() ?? [];
    const whose = call === null ? "at that moment" : `call ${call.number}`;
    throw new SimulationFault(
      `seed ${this.#seed}, step ${this.#step}: ${whose}: ${text}\n` +
        `${this.#history.about(subjects)}\n` +
        `Again: node scripts/simulate.ts --seed ${this.#seed} --steps ${this.#stepCount}`,
    );
  }
}

function deviceOf(number: number): DeviceId {
  const device = parseDeviceId(numbered(number));
  if (device === null) throw new Error(`${number} is no device.`);
  return device;
}

function shownTime(time: number): string {
  return new Date(time).toISOString();
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
