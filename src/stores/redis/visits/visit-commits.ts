// What a call changes, all or nothing, in however many slots it lies.

import { randomBytes } from "node:crypto";
import { invariant } from "../../../model/result.ts";
import type { Visit } from "../../../profiles/visitor-store.ts";
import { StoreUnavailable } from "../store-faults.ts";
import type { Intent } from "./unfinished.ts";
import { checkPart, planVisit, type VisitPlan } from "./visit-plan.ts";
import type { VisitRecovery } from "./visit-recovery.ts";
import type { Call, Decision, VisitSteps } from "./visit-steps.ts";

/** How often a call begins anew that somebody else has barred, to be sure that it is not stored later. */
const MAX_BEGINNINGS = 20;

export interface VisitCommitsOptions {
  readonly steps: VisitSteps;
  readonly recovery: VisitRecovery;
  readonly now: () => number;
}

export class VisitCommits {
  readonly #steps: VisitSteps;
  readonly #recovery: VisitRecovery;
  readonly #now: () => number;
  readonly #process = randomBytes(6).toString("base64url");
  #calls = 0;
  /** What goes on after the answer. */
  readonly #afterwards = new Set<Promise<void>>();

  constructor({ steps, recovery, now }: VisitCommitsOptions) {
    this.#steps = steps;
    this.#recovery = recovery;
    this.#now = now;
  }

  async commit(visit: Visit): Promise<"stored" | "opted-out"> {
    const plan = planVisit(visit);
    if (plan === null) return "stored";
    // Most calls are about one device alone.
    if (plan.others.length === 0 && plan.home.identities.length === 0)
      return this.#decideAlone(plan);
    if (plan.others.length > 0) for (const part of [plan.home, ...plan.others]) checkPart(part);
    for (let beginning = 1; beginning <= MAX_BEGINNINGS; beginning++) {
      const outcome = await this.#begin(plan);
      if (outcome !== "barred") return outcome;
    }
    throw new StoreUnavailable(`A call was kept from being stored ${MAX_BEGINNINGS} times.`);
  }

  async #decideAlone(plan: VisitPlan): Promise<"stored" | "opted-out"> {
    const { outcome } = await this.#steps.decide(this.#newCall(plan), plan);
    invariant(outcome !== "barred", "only who is prepared elsewhere can be barred");
    return outcome;
  }

  #newCall({ guardedFor }: VisitPlan): Call {
    return { name: this.#process + (this.#calls++).toString(36), guardedFor, at: this.#now() };
  }

  /** Waits for what goes on after answers. */
  async settled(): Promise<void> {
    while (this.#afterwards.size > 0) await Promise.all(this.#afterwards);
  }

  async #begin(plan: VisitPlan): Promise<Decision["outcome"]> {
    const call = this.#newCall(plan);
    // What is decided in one slot alone takes its turn at once: an opt-out stands before the calls after it.
    const isPrepared = plan.others.length === 0 || (await this.#prepareAll(plan, call));
    if (!isPrepared) return "opted-out";
    let decision: Decision;
    try {
      decision = await this.#steps.decide(call, plan);
    } catch (fault) {
      // Decided or not: whoever finds the marks will find out.
      if (plan.others.length > 0) this.#settleMarks(plan, call);
      throw fault;
    }
    if (decision.outcome === "stored") await this.#finish(plan, decision);
    else this.#releaseAll(plan, call);
    return decision.outcome;
  }

  async #prepareAll(plan: VisitPlan, call: Call): Promise<boolean> {
    const { home, others } = plan;
    const prepared = await Promise.allSettled(
      others.map((part) => this.#steps.prepare(call, home.key, part)),
    );
    const fault = prepared.find(({ status }) => status === "rejected");
    const isOptedOut = prepared.some(
      (one) => one.status === "fulfilled" && one.value === "opted-out",
    );
    if (fault === undefined && !isOptedOut) return true;
    this.#releaseAll(plan, call);
    if (isOptedOut || fault?.status !== "rejected") return false;
    throw fault.reason;
  }

  async #finish({ home }: VisitPlan, decision: Decision): Promise<void> {
    const { intent, intents, marks, ended } = decision;
    const recovery = this.#recovery;
    for (const earlier of intents) await recovery.finish(earlier);
    await recovery.settleAll({ marks, intents: [] }, home.key);
    const found = intent === null ? [] : await recovery.finish(intent);
    for (const one of found) await recovery.settleAll(one, one.key);
    await recovery.forgetAll(home.key, ended);
    for (const one of found) await recovery.forgetAll(one.key, one.ended);
    if (intent !== null) this.#afterAnswer(this.#clean(home, intent));
  }

  async #clean(home: VisitPlan["home"], { call }: Intent): Promise<void> {
    await this.#steps.clean(call, home.key);
  }

  #releaseAll({ others }: VisitPlan, { name }: Call): void {
    for (const { tag } of others) this.#afterAnswer(this.#steps.release(name, tag));
  }

  #settleMarks({ home, others }: VisitPlan, { name, guardedFor, at }: Call): void {
    for (const { key } of others) {
      const mark = { call: name, home: home.key, guardedFor, at };
      this.#afterAnswer(this.#recovery.settle(mark, key));
    }
  }

  /** Where it fails, it is left behind, and whoever comes next does it. */
  #afterAnswer(work: Promise<void>): void {
    const done = work.catch(() => {}).finally(() => this.#afterwards.delete(done));
    this.#afterwards.add(done);
  }
}
