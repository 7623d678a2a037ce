// Which keys are named by commits that were answered (durability `off`) but have yet to be made.

/** How many such commits name each key, by its text. */
export class AnsweredEarly {
  readonly #counts = new Map<string, number>();

  get isEmpty(): boolean {
    return this.#counts.size === 0;
  }

  has(text: string): boolean {
    return this.#counts.has(text);
  }

  add(text: string): void {
    this.#counts.set(text, (this.#counts.get(text) ?? 0) + 1);
  }

  /** Once for each `add`: when its commit is made. */
  remove(text: string): void {
    const left = (this.#counts.get(text) ?? 0) - 1;
    if (left > 0) this.#counts.set(text, left);
    else this.#counts.delete(text);
  }
}
