// A node's part in a group of nodes that share a store: it shows that it lives, looks how things stand, and does
// what the others want of it. Whoever wants something of all waits until each living node reports it done.
//
// Nobody waits for a node whose lease has ended. Such a node is not ready, and not before it has caught up.

import type { Revision } from "../catalog/definition-store.ts";
import type { Log } from "../ops/log.ts";
import type { GroupStore, GroupView, MemberReport, MemberSettings } from "./group-store.ts";
import { Heartbeat } from "./heartbeat.ts";
import type { Turn, Turns } from "./turns.ts";

/** What the group wants of a node's workers. */
export interface Duties {
  /** The revision that every worker serves; 0 before the first. */
  servedRevision(): number;
  /** Null when done, or why it cannot be. */
  compileProposal(fence: number, proposed: Revision): Promise<string | null>;
  discardProposal(): Promise<void>;
  /** Null when done, or why it cannot be. */
  serveStored(revision: number, fence: number): Promise<string | null>;
  setClock(now: number): Promise<void>;
}

/** All in milliseconds. */
export interface GroupLimits {
  readonly beatEveryMs: number;
  /** How often a node looks while it waits for others, should no notice come. */
  readonly lookEveryMs: number;
  /** How long a publication waits for its turn. */
  readonly turnMs: number;
  readonly compileMs: number;
  /** How long others may take to serve what is stored, or to take the time over. */
  readonly followMs: number;
  /** How long a revision that this node cannot serve is left alone. */
  readonly retryMs: number;
}

export interface NodeGroupOptions {
  readonly store: GroupStore;
  /** Of this process: another one never has it. */
  readonly name: string;
  readonly settings: MemberSettings;
  readonly duties: Duties;
  readonly limits: GroupLimits;
  readonly log: Log;
  /** Milliseconds of a clock that nobody sets. */
  now(): number;
}

const TURN_IS_OVER = "another node publishes by now";

export class NodeGroup implements Turns {
  readonly #options: NodeGroupOptions;
  readonly #heartbeat: Heartbeat;
  #serving = false;
  /** Whether it has had all that the others have since its lease last began. */
  #caughtUp = false;
  #isCutOff = false;
  #attending = false;
  #hasLeft = false;
  #compiled = 0;
  #refused: MemberReport["refused"] = null;
  #unservable: { readonly revision: number; readonly until: number } | null = null;
  #clockSetting = 0;

  constructor(options: NodeGroupOptions) {
    this.#options = options;
    const { store, name, limits } = options;
    this.#heartbeat = new Heartbeat({
      store,
      name,
      everyMs: limits.beatEveryMs,
      lookEveryMs: limits.lookEveryMs,
      now: options.now,
      report: () => this.#report(),
      onView: () => void this.#attend(),
      onReturn: () => this.#returned(),
      onFault: (error) => this.#beatFailed(error),
    });
  }

  /** Whether it is one of the living nodes, and serves what they serve. */
  get isCurrent(): boolean {
    return this.#caughtUp && this.#heartbeat.holdsLease;
  }

  /** The nodes that live, as it last saw them, this one included. */
  get livingCount(): number {
    return this.#heartbeat.view?.members.size ?? 0;
  }

  /**
   * Becomes one of the living, whom nobody waits for yet. Gives the settings of those that it may not join.
   * They may be those of its own predecessor, whose lease has not ended yet: it is given the time.
   */
  async join(): Promise<MemberSettings | null> {
    const { store, limits } = this.#options;
    let theirs: MemberSettings | null = null;
    const joined = await this.#heartbeat.until((view) => {
      theirs = this.#otherSettings(view);
      return theirs === null || null;
    }, store.leaseMs + limits.beatEveryMs);
    if (theirs !== null) await this.leave();
    else if (joined === null) throw new Error("The store does not answer.");
    else this.#heartbeat.start();
    return theirs;
  }

  /** The manual clock's time where there are others who have one. */
  sharedClock(): number | null {
    const { view } = this.#heartbeat;
    return view !== null && view.members.size > 1 ? (view.clock?.now ?? null) : null;
  }

  /** From here on the others wait for it. False where it could not catch up with them. */
  async serve(): Promise<boolean> {
    this.#serving = true;
    const { followMs } = this.#options.limits;
    return (await this.#heartbeat.until(() => this.#caughtUp || null, followMs)) !== null;
  }

  /** From here on nobody waits for it, while it may still wait for others. */
  async drain(): Promise<void> {
    this.#serving = false;
    await this.#heartbeat.beat();
  }

  /** Is a member no more, as if it had never been one. Leaving twice is leaving once. */
  async leave(): Promise<void> {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    this.#heartbeat.stop();
    const { store, name, log } = this.#options;
    // Its lease ends by itself.
    await store.leave(name).catch((error: unknown) => log.fault("Could not leave.", error));
  }

  async take(): Promise<Turn | null> {
    const { store, name, limits } = this.#options;
    // Whoever is cut off says so at once: a store that does not answer keeps everybody waiting.
    if (!this.#heartbeat.holdsLease) return null;
    const taken = await this.#heartbeat.until(() => store.takeTurn(name), limits.turnMs);
    if (taken === null) return null;
    const { fence, newest } = taken;
    return {
      fence,
      newest,
      compileElsewhere: (next) => this.#compileElsewhere(fence, next),
      serveElsewhere: (revision) =>
        this.#untilOthers("do not serve it yet", (report) => report.revision >= revision),
      end: () =>
        store.endTurn(fence).catch((error: unknown) => {
          this.#options.log.fault("A turn to publish could not be given back.", error);
        }),
    };
  }

  /** True once every node's workers have the time. */
  async setClock(now: number): Promise<boolean> {
    const setting = await this.#options.store.setClock(now);
    const hasIt = ({ clockSetting }: MemberReport): boolean => clockSetting >= setting;
    const { followMs } = this.#options.limits;
    const done = await this.#heartbeat.until(
      ({ members }) => [...members.values()].filter(isServing).every(hasIt) || null,
      followMs,
    );
    return done !== null;
  }

  async #compileElsewhere(fence: number, next: Revision): Promise<string | null> {
    const { store, limits } = this.#options;
    if (!(await store.propose(fence, next))) return TURN_IS_OVER;
    const outcome = await this.#heartbeat.until((view) => {
      if (view.turn?.fence !== fence) return TURN_IS_OVER;
      const others = this.#othersThatServe(view);
      const refusing = others.find(([, { refused }]) => refused?.fence === fence);
      if (refusing !== undefined) return `${refusing[0]}: ${refusing[1].refused?.reason}`;
      return others.every(([, { compiled }]) => compiled === fence) ? "" : null;
    }, limits.compileMs);
    return outcome === "" ? null : (outcome ?? "another node did not compile it in time");
  }

  async #untilOthers(
    otherwise: string,
    holds: (report: MemberReport) => boolean,
  ): Promise<string | null> {
    const { followMs } = this.#options.limits;
    const done = await this.#heartbeat.until(
      (view) => this.#othersThatServe(view).every(([, report]) => holds(report)) || null,
      followMs,
    );
    if (done !== null) return null;
    const { view } = this.#heartbeat;
    const late = view === null ? [] : this.#othersThatServe(view).filter(([, one]) => !holds(one));
    return `${late.map(([name]) => name).join(", ") || "other nodes"} ${otherwise}`;
  }

  #report(): MemberReport {
    return {
      settings: this.#options.settings,
      serving: this.#serving,
      revision: this.#options.duties.servedRevision(),
      compiled: this.#compiled,
      refused: this.#refused,
      clockSetting: this.#clockSetting,
    };
  }

  #returned(): void {
    this.#caughtUp = false;
    if (this.#isCutOff) this.#options.log.info("The store is back.");
    this.#isCutOff = false;
  }

  #beatFailed(error: unknown): void {
    if (this.#isCutOff) return;
    this.#isCutOff = true;
    this.#options.log.fault("The store does not answer; this node may be cut off.", error);
  }

  /** Does what is to be done, one thing after the other, and reports each. */
  async #attend(): Promise<void> {
    if (this.#attending || !this.#serving) return;
    this.#attending = true;
    try {
      for (let duty = this.#nextDuty(); duty !== null; duty = this.#nextDuty()) {
        await duty();
        await this.#heartbeat.beat();
      }
    } catch (error) {
      // It is tried again at the next beat.
      this.#options.log.fault("What the other nodes want could not be done.", error);
    } finally {
      this.#attending = false;
    }
  }

  #nextDuty(): (() => Promise<void>) | null {
    const { view } = this.#heartbeat;
    if (view === null) return null;
    const { duties, name } = this.#options;
    const { newest, turn, clock } = view;
    if (clock !== null && clock.setting !== this.#clockSetting) {
      return async () => {
        await duties.setClock(clock.now);
        this.#clockSetting = clock.setting;
      };
    }
    const isBehind = newest.revision > duties.servedRevision();
    if (isBehind && !this.#isLeftAlone(newest.revision)) return () => this.#serveStored(newest);
    this.#caughtUp = !isBehind;
    if (this.#compiled !== 0 && this.#compiled !== turn?.fence) return () => this.#discard();
    const isAsked =
      turn !== null &&
      turn.holder !== name &&
      turn.proposes > newest.revision &&
      turn.fence !== this.#compiled &&
      turn.fence !== this.#refused?.fence;
    return isAsked ? () => this.#compileProposal(turn.fence) : null;
  }

  async #serveStored({ revision, fence }: GroupView["newest"]): Promise<void> {
    const { duties, log, limits } = this.#options;
    const reason = await duties.serveStored(revision, fence);
    this.#compiled = 0;
    if (reason === null) {
      this.#unservable = null;
      return;
    }
    this.#unservable = { revision, until: this.#options.now() + limits.retryMs };
    log.error("A revision that another node stored cannot be served here.", { revision, reason });
  }

  #isLeftAlone(revision: number): boolean {
    const left = this.#unservable;
    return left !== null && left.revision === revision && this.#options.now() < left.until;
  }

  async #compileProposal(fence: number): Promise<void> {
    const { store, duties } = this.#options;
    const proposed = await store.proposal(fence);
    const reason =
      proposed === null ? "its proposal is gone" : await duties.compileProposal(fence, proposed);
    if (reason === null) this.#compiled = fence;
    else this.#refused = { fence, reason };
  }

  async #discard(): Promise<void> {
    await this.#options.duties.discardProposal();
    this.#compiled = 0;
  }

  #otherSettings(view: GroupView): MemberSettings | null {
    const { settings, name } = this.#options;
    const others = [...view.members].filter(([other]) => other !== name);
    const serving = others.filter(([, { serving }]) => serving);
    // Whoever differs from those that serve is refused itself, and has no say in who else may join.
    for (const [, { settings: theirs }] of serving.length > 0 ? serving : others) {
      if (theirs.domain !== settings.domain || theirs.clock !== settings.clock) return theirs;
    }
    return null;
  }

  #othersThatServe(view: GroupView): [string, MemberReport][] {
    return [...view.members].filter(
      ([name, report]) => name !== this.#options.name && isServing(report),
    );
  }
}

function isServing({ serving }: MemberReport): boolean {
  return serving;
}
