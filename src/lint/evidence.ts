// What a node has seen of each partner's calls. Without it the linter says less, and nothing else.

import { asTraitId, type TraitId } from "../model/ids.ts";
import { err, ok, type Result } from "../model/result.ts";

export interface Evidence {
  /** By PID. */
  readonly partners: ReadonlyMap<number, PartnerEvidence>;
}

export interface PartnerEvidence {
  /** How many calls carried a key, by key as sent; null where nobody counted. */
  readonly seenKeys: ReadonlyMap<string, number> | null;
  /** How often a trait was realized; a trait that is left out never was. Null where nobody counted. */
  readonly realizations: ReadonlyMap<TraitId, number> | null;
}

export const NO_EVIDENCE: Evidence = { partners: new Map() };

/**
 * Reads `{"partners": {"<pid>": {"seenKeys": {"<key>": <calls>}, "realizations": {"<sid>": <times>}}}}`, either
 * list left out where nobody counted. An error is a sentence on what was expected, and where.
 */
export function readEvidence(input: unknown): Result<Evidence, string> {
  const partners = new Map<number, PartnerEvidence>();
  if (!isObject(input) || !isObject(input["partners"])) {
    return err('/: expected {"partners": {"<pid>": {…}}}.');
  }
  for (const [pid, given] of Object.entries(input["partners"])) {
    const at = `/partners/${pid}`;
    if (!isId(pid) || !isObject(given)) return err(`${at}: expected a partner's ID and an object.`);
    const unknown = Object.keys(given).find((key) => !["seenKeys", "realizations"].includes(key));
    if (unknown !== undefined) return err(`${at}: expected "seenKeys" and "realizations" only.`);
    const seenKeys = readCounts(given["seenKeys"]);
    if (seenKeys === undefined) return err(`${at}/seenKeys: expected numbers of calls by key.`);
    const realizations = readCounts(given["realizations"]);
    if (realizations === undefined || ![...(realizations?.keys() ?? [])].every(isId)) {
      return err(`${at}/realizations: expected numbers of realizations by the IDs of traits.`);
    }
    const bySid = realizations === null ? null : byTrait(realizations);
    partners.set(Number(pid), { seenKeys, realizations: bySid });
  }
  return ok({ partners });
}

/** Null for what is left out, undefined for what is wrong. */
function readCounts(given: unknown): ReadonlyMap<string, number> | null | undefined {
  if (given === undefined || given === null) return null;
  if (!isObject(given)) return undefined;
  const counts = new Map<string, number>();
  for (const [name, count] of Object.entries(given)) {
    if (typeof count !== "number" || !(count >= 0)) return undefined;
    if (count > 0) counts.set(name, count);
  }
  return counts;
}

function byTrait(counts: ReadonlyMap<string, number>): ReadonlyMap<TraitId, number> {
  return new Map([...counts].map(([sid, count]) => [asTraitId(Number(sid)), count]));
}

function isId(text: string): boolean {
  return /^[1-9][0-9]{0,14}$/.test(text);
}

function isObject(given: unknown): given is Readonly<Record<string, unknown>> {
  return typeof given === "object" && given !== null && !Array.isArray(given);
}
