// One reading of a document: where in it we are, and what was found wrong so far. All faults are
// collected, not only the first; a hostile document cannot make the list grow without end.

import type { Fault } from "@dunlin/contract/workspace";
import { CATALOG_LIMITS } from "../limits.ts";
import type { ReadingMemory } from "./memory.ts";

export type FaultCode =
  | "E_UNKNOWN_KEY"
  | "E_MISSING_KEY"
  | "E_TYPE"
  | "E_VALUE"
  | "E_DUPLICATE_ID"
  | "E_UNKNOWN_REFERENCE"
  | "E_IMMUTABLE"
  | "E_LIMIT"
  | "E_PMR_COMBINATION"
  | "E_PMR_PROFILE_LINK_SINGLE_DS"
  | "E_PMR_DATASOURCES";

type Step = string | number;

export class Reading {
  readonly #faults = new FaultList();
  readonly #warnings = new FaultList();
  /** Where the reader stands, from the root. One stack for all: a document has millions of places. */
  readonly #place: Step[] = [];
  /** Of the document before; null where nothing is known of it. */
  readonly memory: ReadingMemory | null;
  /** Traits whose rules gave, in this reading or another one, neither faults nor warnings. */
  readonly quietRules: WeakSet<object>;

  constructor(memory: ReadingMemory | null = null) {
    this.memory = memory;
    this.quietRules = memory?.quietRules ?? new WeakSet();
  }

  enter(step: Step): void {
    this.#place.push(step);
  }

  leave(): void {
    this.#place.pop();
  }

  /** Notes a fault at the place where the reader stands. */
  fault(code: FaultCode, message: string): void {
    this.#faults.add(this.#place, { code, message });
  }

  /** Notes a fault elsewhere: checks across objects run when everything has been read. */
  faultAt(place: readonly Step[], code: FaultCode, message: string): void {
    this.#faults.add(place, { code, message });
  }

  /** Notes the fault of a rule: its code comes from the rule's language. */
  ruleFaultAt(place: readonly Step[], fault: Omit<Fault, "at">): void {
    this.#faults.add(place, fault);
  }

  warnAt(place: readonly Step[], warning: Omit<Fault, "at">): void {
    this.#warnings.add(place, warning);
  }

  get hasFaults(): boolean {
    return this.#faults.count > 0;
  }

  faults(): readonly Fault[] {
    return this.#faults.list("faults");
  }

  warnings(): readonly Fault[] {
    return this.#warnings.list("warnings");
  }
}

class FaultList {
  readonly #kept: Fault[] = [];
  count = 0;

  add(place: readonly Step[], fault: Omit<Fault, "at">): void {
    this.count += 1;
    if (this.#kept.length < CATALOG_LIMITS.faults) {
      this.#kept.push({ at: pointer(place), ...fault });
    }
  }

  list(noun: string): readonly Fault[] {
    const more = this.count - this.#kept.length;
    if (more === 0) return this.#kept;
    return [
      ...this.#kept,
      { at: "", code: "E_LIMIT", message: `There are ${more} more ${noun}, which are not listed.` },
    ];
  }
}

/** A JSON pointer (RFC 6901). */
function pointer(place: readonly Step[]): string {
  let text = "";
  for (const step of place) {
    text += `/${typeof step === "number" ? step : cut(step).replaceAll("~", "~0").replaceAll("/", "~1")}`;
  }
  return text;
}

const QUOTED_CHARACTERS = 80;

/** Input as it may stand in a message: in quotes, control characters escaped, cut when it is long. */
export function quote(text: string): string {
  return JSON.stringify(cut(text));
}

function cut(text: string): string {
  return text.length <= QUOTED_CHARACTERS ? text : `${text.slice(0, QUOTED_CHARACTERS)}…`;
}
