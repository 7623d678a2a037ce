// What a reading without faults leaves to the next one: of two documents that follow one another most objects
// are the same, and those need not be read twice. The same object is given for them, so that others can tell
// what changed without looking inside.

import { LIST_IDS, type ListName } from "../document-keys.ts";
import type { Drafts } from "./drafts.ts";
import type { Registers } from "./registers.ts";

/** A document that had no faults, and what was read of it. */
export interface ReadingMemory {
  /** As it was parsed. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly drafts: Drafts;
  /** Traits whose rules give neither faults nor warnings; readings that follow add to it. */
  readonly quietRules: WeakSet<object>;
}

/** Finds what an item of one list was read as. */
export class RememberedList {
  readonly #inputs: readonly unknown[];
  readonly #drafts: readonly (object | undefined)[];
  readonly #idKey: string;
  /** How far items have moved since: where one was found, the next one is likely to be the next. */
  #shift = 0;
  #places: Map<unknown, number> | null = null;

  constructor(memory: ReadingMemory, name: ListName) {
    const inputs = Object.hasOwn(memory.input, name) ? memory.input[name] : undefined;
    this.#inputs = Array.isArray(inputs) ? inputs : [];
    this.#drafts = memory.drafts[name];
    this.#idKey = LIST_IDS[name];
  }

  /** Undefined where no item like this one was read before. */
  find(input: unknown, index: number): object | undefined {
    const likely = index + this.#shift;
    if (areAlike(this.#inputs[likely], input)) return this.#drafts[likely];
    const place = this.#placeOf(input);
    if (place === undefined || place === likely) return undefined;
    if (!areAlike(this.#inputs[place], input)) return undefined;
    this.#shift = place - index;
    return this.#drafts[place];
  }

  /** What an item was read as before, where it was written otherwise and is the same all the same. */
  findRead(draft: object, index: number): object | undefined {
    const place = this.#placeOf(draft) ?? index + this.#shift;
    const before = this.#drafts[place];
    return areAlike(before, draft) ? before : undefined;
  }

  #placeOf(input: unknown): number | undefined {
    this.#places ??= new Map(this.#inputs.map((item, place) => [this.#idOf(item), place]));
    return this.#places.get(this.#idOf(input));
  }

  #idOf(item: unknown): unknown {
    return typeof item === "object" && item !== null ? Reflect.get(item, this.#idKey) : undefined;
  }
}

/** Whether two parsed values would be written alike, the order of keys included. */
function areAlike(one: unknown, other: unknown): boolean {
  // Edits leave most objects as they are.
  if (one === other && one !== undefined) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) {
    return Object.is(one, other) && one !== undefined;
  }
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const keys = Object.keys(one);
  const otherKeys = Object.keys(other);
  if (keys.length !== otherKeys.length) return false;
  for (let n = 0; n < keys.length; n += 1) {
    const key = keys[n] ?? "";
    if (key !== otherKeys[n] || !areAlike(Reflect.get(one, key), Reflect.get(other, key))) {
      return false;
    }
  }
  return true;
}

/**
 * Whether every trait and folder trait of the former document still is what it was for the checks of segment
 * rules: then a rule that passed them passes them again.
 */
export function traitsStand({ drafts }: ReadingMemory, registers: Registers): boolean {
  const { traits, folders, dataSources } = registers;
  return (
    drafts.traits.every((before) => {
      const now = before?.sid === undefined ? undefined : traits.get(before.sid);
      if (now === before) return true;
      if (now === undefined || before === undefined) return false;
      const { pid, traitType, dataSourceId } = now;
      const isSameKind = traitType === before.traitType && dataSourceId === before.dataSourceId;
      return isSameKind && pid === before.pid;
    }) &&
    drafts.folders.every((before) => {
      if (before?.folderId === undefined || before.traitSid === undefined) return false;
      return folders.get(before.folderId) === before && traits.get(before.traitSid) === undefined;
    }) &&
    drafts.dataSources.every((before) => {
      const now =
        before?.dataSourceId === undefined ? undefined : dataSources.get(before.dataSourceId);
      return now?.thirdParty === before?.thirdParty;
    })
  );
}
