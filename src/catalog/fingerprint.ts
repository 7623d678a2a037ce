/** Odd numbers without pattern, one a lane: each lane mixes the same text in its own way. */
const MULTIPLIERS = [0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f] as const;

/**
 * 128 bits that tell texts apart: equal for equal texts added in the same order, different for others by
 * all odds. No protection against somebody who looks for two texts with the same bits.
 */
export class Fingerprint {
  readonly #lanes: [number, number, number, number] = [1, 2, 3, 4];

  add(text: string): void {
    let [a, b, c, d] = this.#lanes;
    for (let index = 0; index < text.length; index += 1) {
      const unit = text.charCodeAt(index);
      a = Math.imul(turn(a) ^ unit, MULTIPLIERS[0]);
      b = Math.imul(turn(b) ^ unit, MULTIPLIERS[1]);
      c = Math.imul(turn(c) ^ unit, MULTIPLIERS[2]);
      d = Math.imul(turn(d) ^ unit, MULTIPLIERS[3]);
    }
    // The end counts too: "ab" and "c" are not "a" and "bc".
    this.#lanes[0] = Math.imul(turn(a) ^ text.length, MULTIPLIERS[1]);
    this.#lanes[1] = Math.imul(turn(b) ^ text.length, MULTIPLIERS[2]);
    this.#lanes[2] = Math.imul(turn(c) ^ text.length, MULTIPLIERS[3]);
    this.#lanes[3] = Math.imul(turn(d) ^ text.length, MULTIPLIERS[0]);
  }

  toString(): string {
    return this.#lanes.map((lane) => (lane >>> 0).toString(16).padStart(8, "0")).join("");
  }
}

/** High bits come down: multiplication alone never lets them. */
function turn(lane: number): number {
  return (lane << 13) | (lane >>> 19);
}
