// Standard output of a command: what it printed, and whether it got there.

import type { Writable } from "node:stream";
import { couldNotStart, type RunOutcome } from "../config/run-outcome.ts";

export class Output {
  readonly #stream: Writable;
  #fault: NodeJS.ErrnoException | null = null;

  constructor(stream: Writable) {
    this.#stream = stream;
    // Told in the end: whoever prints does not wait.
    stream.on("error", (fault) => {
      this.#fault ??= fault;
    });
  }

  print(text: string): void {
    this.#stream.write(text);
  }

  /**
   * How a command ends whose output this is: what it printed and nobody can have is no success. Whoever reads only
   * the beginning, as `head` does, has what they want.
   */
  async outcomeOf(outcome: RunOutcome): Promise<RunOutcome> {
    if (this.#stream.writable) {
      await new Promise<void>((resolve) => this.#stream.write("", () => resolve()));
    }
    // The stream tells of a fault after it has called back.
    await new Promise<void>((resolve) => setImmediate(resolve));
    const { code } = this.#fault ?? {};
    if (this.#fault === null || code === "EPIPE") return outcome;
    return couldNotStart(...outcome.lines, `Standard output could not be written: ${code}.`);
  }
}
