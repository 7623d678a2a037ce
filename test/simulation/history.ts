// What happened lately, so that a failure can say how it came about.

const KEPT = 4_000;
const SHOWN = 40;

interface Event {
  readonly step: number;
  readonly call: number | null;
  readonly text: string;
}

export class History {
  #events: Event[] = [];
  readonly #subjectsByCall = new Map<number, ReadonlySet<string>>();

  add(step: number, call: number | null, text: string): void {
    this.#events.push({ step, call, text });
    if (this.#events.length > 2 * KEPT) this.#events = this.#events.slice(-KEPT);
  }

  /** Whom a call is about. */
  know(call: number, subjects: readonly string[]): void {
    this.#subjectsByCall.set(call, new Set(subjects));
  }

  /** The last of what had to do with the same visitors, and what was there for everybody. */
  about(subjects: readonly string[]): string {
    const isOurs = ({ call }: Event): boolean => {
      if (call === null) return true;
      const theirs = this.#subjectsByCall.get(call);
      return subjects.some((subject) => theirs?.has(subject));
    };
    return this.#events
      .filter(isOurs)
      .slice(-SHOWN)
      .map(({ step, text }) => `  step ${step}: ${text}`)
      .join("\n");
  }
}
