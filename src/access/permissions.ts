// The words in which groups are given rights ("Management API, reports and UI", Permission vocabulary), and
// what they allow.

import type { Permission, Right } from "./caller.ts";
import type { GroupPermission } from "./stored-values.ts";

export type PermissionableType = "SEGMENT" | "TRAIT" | "DESTINATION" | "DERIVED_SIGNALS" | "TAGS";

export interface Vocabulary {
  readonly wildcard: readonly string[];
  readonly perObject: readonly Permission[];
}

/** In the documented order. */
export const VOCABULARIES: Readonly<Record<PermissionableType, Vocabulary>> = {
  SEGMENT: {
    wildcard: [
      ...["VIEW_ALL_SEGMENTS", "EDIT_ALL_SEGMENTS", "CREATE_ALL_SEGMENTS", "DELETE_ALL_SEGMENTS"],
      ...["MAP_ALL_SEGMENTS_TO_MODELS", "MAP_ALL_TO_DESTINATIONS"],
    ],
    perObject: ["READ", "WRITE", "CREATE", "DELETE", "MAP_TO_MODELS", "MAP_TO_DESTINATION"],
  },
  TRAIT: {
    wildcard: [
      ...["VIEW_ALL_TRAITS", "EDIT_ALL_TRAITS", "CREATE_ALL_TRAITS", "DELETE_ALL_TRAITS"],
      ...["CREATE_ALL_ALGO_TRAITS", "MAP_ALL_TO_SEGMENTS", "MAP_ALL_TRAITS_TO_MODELS"],
    ],
    perObject: ["READ", "WRITE", "CREATE", "DELETE", "MAP_TO_SEGMENTS", "MAP_TO_MODELS"],
  },
  DESTINATION: {
    wildcard: [
      ...["VIEW_ALL_DESTINATIONS", "EDIT_ALL_DESTINATIONS", "CREATE_DESTINATIONS"],
      "DELETE_ALL_DESTINATIONS",
    ],
    perObject: ["READ", "WRITE", "DELETE", "MAP_TO_DESTINATION"],
  },
  DERIVED_SIGNALS: {
    wildcard: [
      ...["VIEW_DERIVED_SIGNALS", "CREATE_DERIVED_SIGNALS", "EDIT_DERIVED_SIGNALS"],
      "DELETE_DERIVED_SIGNALS",
    ],
    perObject: [],
  },
  TAGS: { wildcard: ["VIEW_TAGS"], perObject: [] },
};

/** Of no type of objects. */
const OTHER_WILDCARDS = ["VIEW_MODELS", "MANAGE_SEGMENT_TEST_GROUPS", "VIEW_ALL_SIGNALS"];

const WILDCARDS: ReadonlySet<string> = new Set([
  ...Object.values(VOCABULARIES).flatMap(({ wildcard }) => wildcard),
  ...OTHER_WILDCARDS,
]);

/** What each wildcard stands for, of those that stand for a right. */
const WILDCARD_OF: Readonly<Record<Right["objectType"], Partial<Record<Permission, string>>>> = {
  TRAIT: {
    READ: "VIEW_ALL_TRAITS",
    WRITE: "EDIT_ALL_TRAITS",
    CREATE: "CREATE_ALL_TRAITS",
    DELETE: "DELETE_ALL_TRAITS",
    MAP_TO_SEGMENTS: "MAP_ALL_TO_SEGMENTS",
    MAP_TO_MODELS: "MAP_ALL_TRAITS_TO_MODELS",
  },
  SEGMENT: {
    READ: "VIEW_ALL_SEGMENTS",
    WRITE: "EDIT_ALL_SEGMENTS",
    CREATE: "CREATE_ALL_SEGMENTS",
    DELETE: "DELETE_ALL_SEGMENTS",
    MAP_TO_MODELS: "MAP_ALL_SEGMENTS_TO_MODELS",
    MAP_TO_DESTINATION: "MAP_ALL_TO_DESTINATIONS",
  },
  DESTINATION: {
    READ: "VIEW_ALL_DESTINATIONS",
    WRITE: "EDIT_ALL_DESTINATIONS",
    CREATE: "CREATE_DESTINATIONS",
    DELETE: "DELETE_ALL_DESTINATIONS",
    MAP_TO_DESTINATION: "MAP_ALL_TO_DESTINATIONS",
  },
  DERIVED_SIGNALS: {
    READ: "VIEW_DERIVED_SIGNALS",
    WRITE: "EDIT_DERIVED_SIGNALS",
    CREATE: "CREATE_DERIVED_SIGNALS",
    DELETE: "DELETE_DERIVED_SIGNALS",
  },
  // Who may make one of what is asked of its baseline.
  MODEL: { READ: "VIEW_MODELS" },
  // Beside what is given for all traits.
  ALGO_TRAIT: { CREATE: "CREATE_ALL_ALGO_TRAITS" },
};

export function isWildcard(word: string): boolean {
  return WILDCARDS.has(word);
}

export interface GroupRights {
  readonly wildcards: readonly string[];
  readonly permissions: readonly GroupPermission[];
}

/** A wildcard covers what was defined later, too. */
export function groupAllows({ wildcards, permissions }: GroupRights, right: Right): boolean {
  const wildcard = WILDCARD_OF[right.objectType][right.permission];
  if (wildcard !== undefined && wildcards.includes(wildcard)) return true;
  return permissions.some(
    ({ objectType, objectId, permissions: given }) =>
      objectType === right.objectType &&
      objectId === right.scope &&
      given.includes(right.permission),
  );
}
