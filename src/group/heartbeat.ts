// Shows the other nodes that this one lives, and brings back how things stand. A beat that comes through renews
// the lease from the moment at which it was sent, so that this node's idea of it ends no later than the others'.

import type { GroupStore, GroupView, MemberReport } from "./group-store.ts";

export interface HeartbeatOptions {
  readonly store: GroupStore;
  readonly name: string;
  /** In milliseconds; several beats in a lease. */
  readonly everyMs: number;
  /** How often it looks while somebody waits for others, should no notice come. */
  readonly lookEveryMs: number;
  /** Milliseconds of a clock that nobody sets. */
  now(): number;
  report(): MemberReport;
  onView(view: GroupView): void;
  /** Told when a beat comes through after a lease that had ended, before the view. */
  onReturn(): void;
  onFault(error: unknown): void;
}

export class Heartbeat {
  readonly #options: HeartbeatOptions;
  readonly #wakers = new Set<() => void>();
  #view: GroupView | null = null;
  #renewedAt = Number.NEGATIVE_INFINITY;
  #last: Promise<boolean> = Promise.resolve(false);
  #next: Promise<boolean> | null = null;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
    options.store.onChange(() => {
      if (this.#stopped) return;
      void this.beat();
      this.#wake();
    });
  }

  /** As it stood at the last beat that came through. */
  get view(): GroupView | null {
    return this.#view;
  }

  get holdsLease(): boolean {
    return this.#options.now() - this.#renewedAt < this.#options.store.leaseMs;
  }

  start(): void {
    this.#timer = setTimeout(() => {
      void this.beat().then(() => {
        if (!this.#stopped) this.start();
      });
    }, this.#options.everyMs);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#wake();
  }

  /** Resolves after a beat that began after the call; says whether it came through. */
  beat(): Promise<boolean> {
    // One that is under way may have reported what holds no longer.
    this.#next ??= this.#last.then(() => {
      this.#next = null;
      this.#last = this.#beatOnce();
      return this.#last;
    });
    return this.#next;
  }

  /** What `look` finds in how things stand now or later; null once the time or this node's lease has ended. */
  async until<T>(
    look: (view: GroupView) => T | null | Promise<T | null>,
    timeLimitMs: number,
  ): Promise<T | null> {
    const giveUpAt = this.#options.now() + timeLimitMs;
    do {
      const cameThrough = await this.beat();
      const found = cameThrough && this.#view !== null ? await look(this.#view) : null;
      if (found !== null) return found;
      await this.#changeOrTime();
    } while (!this.#stopped && this.holdsLease && this.#options.now() < giveUpAt);
    return null;
  }

  async #beatOnce(): Promise<boolean> {
    const { store, name, report, onView, onReturn, onFault } = this.#options;
    if (this.#stopped) return false;
    const sentAt = this.#options.now();
    try {
      const view = await store.beat(name, report());
      const hadEnded = !this.holdsLease;
      this.#renewedAt = sentAt;
      this.#view = view;
      if (hadEnded) onReturn();
      onView(view);
      return true;
    } catch (error) {
      onFault(error);
      return false;
    }
  }

  #changeOrTime(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => wake(), this.#options.lookEveryMs);
      const wake = (): void => {
        clearTimeout(timer);
        this.#wakers.delete(wake);
        resolve();
      };
      this.#wakers.add(wake);
    });
  }

  #wake(): void {
    for (const wake of [...this.#wakers]) wake();
  }
}
