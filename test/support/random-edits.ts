// Edits of workspace documents by chance, as people and their mistakes make them: some leave a document without
// faults, some do not.

import type { Random } from "./random.ts";

type Item = Record<string, unknown>;

const LISTS = [
  ...["traits", "traits", "traits", "segments", "segments", "folders", "dataSources"],
  ...["destinations", "mergeRules", "partnerSites", "segmentFolders", "derivedSignals", "partners"],
] as const;

const TRAIT_RULES = [
  ...['color == "red"', "price > 10 AND price < 90", 'NOT color == "blue"', "a contains b"],
  ...['color matchesregex "b.*"', 'size == "1" OR color == "red"', "color ==", '"x" == "y"'],
  ...["price > abc", 'c_x == "1" AND NOT price > 5', null],
] as const;

const SEGMENT_RULES = [
  ...["5001T", "5001T AND NOT 5003T", "5001T OR 5002T", "600T", "frequency([600T] <= 7D) >= 2"],
  ...["5005T AND 5001T", "frequency([5001T, 5002T]) >= 3", "NOT 5001T", "5001T AND", "5004T"],
  ...["frequency([5003T]) >= 1", "601T AND 5001T", "777T", "5101T"],
] as const;

const VALUES: Readonly<Record<string, readonly unknown[]>> = {
  traitRule: TRAIT_RULES,
  segmentRule: SEGMENT_RULES,
  sid: [5001, 5002, 5006, 9001, 600, 9009],
  pid: [1957, 2948, 77],
  dataSourceId: [1001, 1002, 1003, 1004, 2001, 99],
  ttl: [0, 1, 30, 120, -1, -0],
  status: ["ACTIVE", "INACTIVE", "inactive", "off"],
  folderId: [0, 1, 2, 3, 5],
  parentFolderId: [0, 1, 2],
  traitType: ["RULE_BASED_TRAIT", "ON_BOARDED_TRAIT", "DATA_SOURCE_SYNCED_TRAIT", "ALGO_TRAIT"],
  mergeRuleId: [null, 10, 11, 12],
  name: ["Another", "", "Pixel"],
  thirdParty: [true, false],
  nmae: ["unknown"],
};

/** One to three edits of a document, in place. */
export function editDocument(
  random: Random,
  document: Item,
  lists: readonly string[] = LISTS,
): void {
  for (let edits = 1 + random.below(3); edits > 0; edits -= 1) {
    const list = document[random.pick(lists)];
    if (Array.isArray(list)) editList(random, list);
  }
}

function editList(random: Random, list: Item[]): void {
  const place = random.below(list.length + 1);
  const item = list[place];
  const kind = random.next();
  if (kind < 0.1) list.splice(place, 1);
  else if (kind < 0.2) list.reverse();
  else if (kind < 0.35) list.splice(place, 0, ...withNewId(random, list));
  else if (item !== undefined) editItem(random, item);
}

/** A copy of an item, mostly with an ID of its own. */
function withNewId(random: Random, list: readonly Item[]): Item[] {
  const [original] = list;
  if (original === undefined) return [];
  const [idKey = ""] = Object.keys(original);
  const id = random.chance(0.8) ? 20_000 + random.below(100_000) : original[idKey];
  return [{ ...structuredClone(original), [idKey]: id }];
}

function editItem(random: Random, item: Item): void {
  const known = Object.keys(VALUES).filter((key) => Object.hasOwn(item, key));
  const key = random.chance(0.7) && known.length > 0 ? random.pick(known) : anyKey(random, item);
  if (random.chance(0.08)) delete item[key];
  else item[key] = random.pick(VALUES[key] ?? ["text", 5, null, true]);
}

function anyKey(random: Random, item: Item): string {
  const ofTraits = ["ttl", "status", "folderId", "traitType", "dataSourceId", "traitRule"];
  const ofSegments = ["status", "mergeRuleId", "segmentRule"];
  if (Object.hasOwn(item, "segmentRule")) return random.pick(ofSegments);
  return random.pick(
    random.chance(0.9) && Object.hasOwn(item, "dataSourceId") ? ofTraits : ["nmae"],
  );
}
