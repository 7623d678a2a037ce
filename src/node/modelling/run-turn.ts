// Whose turn it is to run a model: of all nodes of a store, one model runs at a time. A record says which, and until
// when it may; who runs renews it. A node that died in the middle keeps others waiting until then and no longer.
//
//   model-turn   "run" -> { by, algoModelId, until }

import type { ControlStore } from "../../control/control-store.ts";

const TURN = { kind: "model-turn", id: "run" } as const;
const TURN_MS = 180_000;
const RENEW_MS = 60_000;

interface Turn {
  readonly by: string;
  readonly algoModelId: number;
  /** Milliseconds since the epoch, by the clocks of the machines: nobody sets those back to try something out. */
  readonly until: number;
}

export interface RunTurnOptions {
  readonly control: ControlStore;
  /** Nobody else's. */
  readonly name: string;
  /** Whether other nodes use the store: where none does, a turn of another name is one of a node that died. */
  readonly isShared: boolean;
  /** Milliseconds since the epoch. */
  machineNow(): number;
}

export class RunTurn {
  readonly #options: RunTurnOptions;
  #renewAt = 0;

  constructor(options: RunTurnOptions) {
    this.#options = options;
  }

  /** The model that runs now, on whichever node; null where none does. */
  async running(): Promise<number | null> {
    const record = await this.#options.control.read(TURN.kind, TURN.id);
    const turn = record === null ? null : turnOf(record);
    return turn !== null && this.#isInForce(turn) ? turn.algoModelId : null;
  }

  /** False where a model runs already. */
  async take(algoModelId: number): Promise<boolean> {
    const record = await this.#options.control.read(TURN.kind, TURN.id);
    if (record !== null && this.#isInForce(turnOf(record))) return false;
    return this.#write(algoModelId, record?.version ?? null);
  }

  /** To be called often; rejects where the turn is another's by now. */
  async keep(algoModelId: number): Promise<void> {
    if (this.#options.machineNow() < this.#renewAt) return;
    const record = await this.#options.control.read(TURN.kind, TURN.id);
    const isOurs = record !== null && turnOf(record).by === this.#options.name;
    if (isOurs && (await this.#write(algoModelId, record.version))) return;
    throw new Error("Another node runs models by now: this one was held up for too long.");
  }

  async end(): Promise<void> {
    const { control, name } = this.#options;
    const record = await control.read(TURN.kind, TURN.id);
    if (record === null || turnOf(record).by !== name) return;
    await control.write([{ ...TURN, value: null }], [{ ...TURN, version: record.version }]);
  }

  #isInForce({ by, until }: Turn): boolean {
    const { name, isShared, machineNow } = this.#options;
    return (isShared || by === name) && machineNow() < until;
  }

  async #write(algoModelId: number, version: string | null): Promise<boolean> {
    const { control, name, machineNow } = this.#options;
    const now = machineNow();
    const turn: Turn = { by: name, algoModelId, until: now + TURN_MS };
    this.#renewAt = now + RENEW_MS;
    return control.write([{ ...TURN, value: turn }], [{ ...TURN, version }]);
  }
}

function turnOf({ value }: { readonly value: unknown }): Turn {
  // Only this class writes the record.
  return value as Turn;
}
