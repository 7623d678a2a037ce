// The collection processes of a node: started, asked, replaced when they die, and stopped. There is one
// way for one worker and for many.

import cluster from "node:cluster";
import { fileURLToPath } from "node:url";
import type { HostPort } from "../config/values.ts";
import { LIMITS } from "../config.ts";
import { faultSentence } from "../ops/describe-fault.ts";
import type { Log } from "../ops/log.ts";
import type { AnswerTo, OrderKind, OrderOf } from "./messages.ts";
import { findFreePort } from "./shared-port.ts";
import { type Asked, WorkerProcess } from "./worker-process.ts";

export interface PoolOptions {
  readonly count: number;
  readonly address: HostPort;
  readonly log: Log;
  /** What a worker that begins now is to do. */
  startOrder(place: number, port: number): OrderOf<"start">;
  /** Runs a worker's opening of the store's files in a moment in which nobody commits. */
  whileNobodyCommits<T>(opening: () => Promise<T>): Promise<T>;
  /** Told of all processes that there are, before a new one does anything. */
  onWorkerBegun(pids: readonly number[]): void;
  /** Told when a worker has ended, before it is replaced. */
  onWorkerLost(place: number): void;
}

interface Place {
  /** Begins, and was not told to start yet: it is asked for nothing else. */
  newcomer: WorkerProcess | null;
  process: WorkerProcess | null;
  serves: boolean;
  backOffMs: number;
}

export class WorkerPool {
  readonly #options: PoolOptions;
  readonly #places: Place[];
  readonly #timers = new Set<NodeJS.Timeout>();
  #stopping = false;
  /** The port that the workers share; 0 until the first of them has one. */
  #port = 0;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#places = Array.from({ length: options.count }, () => ({
      newcomer: null,
      process: null,
      serves: false,
      backOffMs: LIMITS.firstBackOffMs,
    }));
    cluster.setupPrimary({
      exec: fileURLToPath(new URL("../main.ts", import.meta.url)),
      args: [],
      serialization: "advanced",
    });
  }

  /** The port that all workers share. */
  get port(): number {
    return this.#port;
  }

  get servingCount(): number {
    return this.#places.filter((place) => place.serves).length;
  }

  get everyoneServes(): boolean {
    return !this.#stopping && this.servingCount === this.#places.length;
  }

  /** Resolves when every worker serves, or with the reason why the first one that failed did. */
  async start(): Promise<string | null> {
    try {
      this.#port = await findFreePort(this.#options.address, LIMITS.portPatienceMs);
    } catch (error) {
      return faultSentence(error);
    }
    // One first: it is given the port, and finds out whether the definitions compile.
    const [first = 0, ...others] = this.#places.keys();
    const reason = await this.#startAt(first);
    if (reason !== null) return reason;
    this.#watch();
    const reasons = await Promise.all(others.map((place) => this.#startAt(place)));
    return reasons.find((failed) => failed !== null) ?? null;
  }

  /** Asks every worker that has been started, and gives what came of it. */
  async askEveryone<Kind extends OrderKind>(
    order: OrderOf<Kind>,
    timeLimitMs: number,
    onRefusal: "keep-those-who-refuse" | "end-those-who-refuse" = "keep-those-who-refuse",
  ): Promise<Asked<AnswerTo[Kind]>[]> {
    const processes = this.#places.flatMap(({ process }) => process ?? []);
    return Promise.all(
      processes.map(async (process) => {
        const asked = await process.ask<Kind>(order, timeLimitMs);
        const mustEnd = asked.kind === "refused" && onRefusal === "end-those-who-refuse";
        // Nobody knows what a worker that does not answer serves: it is replaced.
        if (asked.kind === "late" || mustEnd) {
          this.#options.log.error("A worker did not do as it was asked and is ended.", {
            order: order.kind,
            worker: process.place,
            came: asked.kind,
          });
          process.kill();
          await process.ended;
        }
        return asked;
      }),
    );
  }

  /** What each worker reports, by its place; whoever does not is left out. */
  async askForReports<Kind extends "report-metrics" | "report-seen-keys">(
    order: OrderOf<Kind>,
  ): Promise<Map<number, AnswerTo[Kind]>> {
    const reports = new Map<number, AnswerTo[Kind]>();
    await Promise.all(
      this.#places.map(async ({ process }, place) => {
        const asked = await process?.ask<Kind>(order, LIMITS.answerMs);
        if (asked?.kind === "answered") reports.set(place, asked.answer);
      }),
    );
    return reports;
  }

  /** Asks workers in turn until one answers; null when none does. */
  async askAnyone<Kind extends OrderKind>(
    order: OrderOf<Kind>,
  ): Promise<Asked<AnswerTo[Kind]> | null> {
    for (const place of this.#places) {
      const asked = place.serves && (await place.process?.ask<Kind>(order, LIMITS.answerMs));
      if (asked && (asked.kind === "answered" || asked.kind === "refused")) return asked;
    }
    return null;
  }

  /** Lets every worker finish; whoever has not after the limit is ended. True when all finished. */
  async stop(timeLimitMs: number): Promise<boolean> {
    this.#stopping = true;
    for (const timer of this.#timers) clearTimeout(timer);
    const asked = await Promise.all(
      this.#places.map(({ process }) => process?.ask<"stop">({ kind: "stop" }, timeLimitMs)),
    );
    this.killEveryone();
    return asked.every((each) => each === undefined || each.kind !== "late");
  }

  killEveryone(): void {
    this.#stopping = true;
    for (const { newcomer, process } of this.#places) (newcomer ?? process)?.kill();
  }

  /** A worker that hangs is one that died and does not know it. */
  #watch(): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      void this.askEveryone<"ping">({ kind: "ping" }, LIMITS.pingMs).then(() => this.#watch());
    }, LIMITS.pingEveryMs);
    if (this.#stopping) clearTimeout(timer);
    else this.#timers.add(timer);
  }

  /** Starts a worker and waits until it serves; gives the reason where it could not. */
  async #startAt(index: number): Promise<string | null> {
    const place = this.#places[index];
    if (place === undefined || this.#stopping) return "The node is being stopped.";
    const beganAt = performance.now();
    const process = new WorkerProcess(cluster.fork(), index, (code) => {
      this.#workerEnded(index, code, performance.now() - beganAt);
    });
    place.newcomer = process;
    const all = this.#places.flatMap((one) => one.newcomer ?? one.process ?? []);
    this.#options.onWorkerBegun(all.map(({ pid }) => pid));
    const opened = await this.#letOpenStore(process);
    const asked = opened.kind === "answered" ? await this.#letStart(place, process) : opened;
    if (asked.kind === "answered") {
      this.#port = asked.answer.port;
      place.serves = place.process === process;
      this.#options.log.info("A worker serves.", { worker: index, pid: process.pid });
      return null;
    }
    process.kill();
    if (asked.kind === "refused") return asked.reason;
    return asked.kind === "late" ? "A worker did not start in time." : "A worker ended at once.";
  }

  /** The worker is awake and has loaded its code by then: whoever commits waits for nothing but the opening. */
  async #letOpenStore(process: WorkerProcess): Promise<Asked<null>> {
    const awake = await process.ask<"ping">({ kind: "ping" }, LIMITS.startMs);
    if (awake.kind !== "answered") return awake;
    const { settings } = this.#options.startOrder(process.place, this.#port);
    return this.#options.whileNobodyCommits(async () => {
      const order = { kind: "open-store", settings } as const;
      const asked = await process.ask<"open-store">(order, LIMITS.openStoreMs);
      if (asked.kind === "answered") return asked;
      // It might open them yet, when others commit again.
      process.kill();
      await process.ended;
      return asked;
    });
  }

  /** From here on it hears of new definitions: they come after those that it starts with. */
  #letStart(place: Place, process: WorkerProcess): Promise<Asked<AnswerTo["start"]>> {
    const hasEnded = place.newcomer !== process;
    if (hasEnded || this.#stopping) return Promise.resolve({ kind: "gone" });
    place.newcomer = null;
    place.process = process;
    const order = this.#options.startOrder(process.place, this.#port);
    return process.ask<"start">(order, LIMITS.startMs);
  }

  #workerEnded(index: number, code: number | null, livedMs: number): void {
    const place = this.#places[index];
    if (place === undefined) return;
    const served = place.serves;
    place.newcomer = null;
    place.process = null;
    place.serves = false;
    this.#options.onWorkerLost(index);
    if (this.#stopping) return;
    if (livedMs > LIMITS.settledMs) place.backOffMs = LIMITS.firstBackOffMs;
    const { backOffMs } = place;
    place.backOffMs = Math.min(2 * backOffMs, LIMITS.maxBackOffMs);
    this.#options.log.error("A worker ended and is replaced.", {
      worker: index,
      code,
      served,
      backOffMs,
    });
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      void this.#startAt(index).then((reason) => {
        if (reason !== null && !this.#stopping) {
          this.#options.log.error("A worker could not be started.", { worker: index, reason });
        }
      });
    }, backOffMs);
    this.#timers.add(timer);
  }
}
