// Types of traits ("Management API, reports and UI", Trait types): labels, with which nothing else is done.

import type { Caller } from "../../access/caller.ts";
import type { Result } from "../../model/result.ts";
import type { Refusal } from "../resources/resource-kind.ts";

export interface TraitType {
  readonly pixelType: number;
  /** 0: built in. */
  readonly pid: number;
  readonly name: string;
  readonly description: string | null;
  readonly crUID: number;
  readonly upUID: number;
  /** Milliseconds since the epoch. */
  readonly createTime: number;
  readonly updateTime: number;
}

export interface NewTraitType {
  readonly pid: number;
  readonly name: string;
  readonly description: string | null;
}

/** Those that partners made. */
export interface TraitTypes {
  /** Built-in ones first, then the partner's in the order in which they were made. */
  list(pid: number): Promise<readonly TraitType[]>;
  /** IDs are given once in the installation. */
  create(wanted: NewTraitType, caller: Caller): Promise<Result<TraitType, Refusal>>;
}

const NAMES: readonly (readonly [pixelType: number, name: string])[] = [
  [1, "User Trait"],
  [2, "Site Visitor"],
  [4, "Delivery Event"],
  [5, "Conversion"],
  [6, "Page View"],
  [7, "Partner"],
];

export const BUILT_IN_TRAIT_TYPES: readonly TraitType[] = NAMES.map(([pixelType, name]) => ({
  ...{ pixelType, pid: 0, name, description: null },
  ...{ crUID: 0, upUID: 0, createTime: 0, updateTime: 0 },
}));
