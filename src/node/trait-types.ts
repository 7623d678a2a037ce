// Types of traits that partners made, in the control store.
//
//   trait-type  "000000000034" -> TraitType, in the order of their IDs

import { auditRecord } from "../access/audit.ts";
import type { Caller } from "../access/caller.ts";
import {
  BUILT_IN_TRAIT_TYPES,
  type NewTraitType,
  type TraitType,
  type TraitTypes,
} from "../admin/reference/trait-types.ts";
import { type Refusal, refusal } from "../admin/resources/resource-kind.ts";
import type { ControlStore } from "../control/control-store.ts";
import { err, ok, type Result } from "../model/result.ts";

const KIND = "trait-type";
const ID_DIGITS = 12;
/** What is built in may become more. */
const FIRST_ID = 100;
/** Of one partner. */
const MOST = 1_000;
/** How often another node may come first. */
const ATTEMPTS = 20;

export class StoredTraitTypes implements TraitTypes {
  readonly #store: ControlStore;
  readonly #now: () => number;

  constructor(store: ControlStore, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  async list(pid: number): Promise<readonly TraitType[]> {
    const all = await this.#readAll();
    return [...BUILT_IN_TRAIT_TYPES, ...all.filter((each) => each.pid === pid)];
  }

  async create(wanted: NewTraitType, caller: Caller): Promise<Result<TraitType, Refusal>> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const all = await this.#readAll();
      const refused = refuseNew(wanted, all);
      if (refused !== null) return err(refused);
      const pixelType = Math.max(FIRST_ID - 1, ...all.map((each) => each.pixelType)) + 1;
      const made = newType({ ...wanted, pixelType }, { at: this.#now(), userId: caller.userId });
      const id = String(pixelType).padStart(ID_DIGITS, "0");
      const records = [{ kind: KIND, id, value: made }, createdRecord(made, caller)];
      // Where another node took the number meanwhile, nothing is written.
      if (await this.#store.write(records, [{ kind: KIND, id, version: null }])) return ok(made);
    }
    return err(refusal("conflict", "Others make trait types at the same moment; try again."));
  }

  async #readAll(): Promise<readonly TraitType[]> {
    // Only this class writes records of this kind.
    return (await this.#store.list(KIND)).map(({ value }) => value as TraitType);
  }
}

function refuseNew({ pid, name }: NewTraitType, all: readonly TraitType[]): Refusal | null {
  const own = [...BUILT_IN_TRAIT_TYPES, ...all.filter((each) => each.pid === pid)];
  const rival = own.find((each) => each.name.toLowerCase() === name.toLowerCase());
  if (rival !== undefined) {
    const message = `The trait type ${rival.pixelType} is called so already.`;
    return refusal("conflict", message, [{ at: "/name", code: "E_DUPLICATE", message }]);
  }
  if (own.length - BUILT_IN_TRAIT_TYPES.length < MOST) return null;
  return refusal("limit-exceeded", `A partner has at most ${MOST} trait types of its own.`);
}

function newType(
  wanted: NewTraitType & { readonly pixelType: number },
  { at, userId }: { readonly at: number; readonly userId: number },
): TraitType {
  const { pixelType, pid, name, description } = wanted;
  return {
    ...{ pixelType, pid, name, description },
    ...{ crUID: userId, upUID: userId, createTime: at, updateTime: at },
  };
}

function createdRecord(made: TraitType, by: Caller) {
  const { pixelType, pid, createTime: at } = made;
  return auditRecord({
    ...{ at, by, pid, change: "traitType.created", before: null, after: made },
    ...{ objectType: "traitType", objectId: String(pixelType) },
  });
}
