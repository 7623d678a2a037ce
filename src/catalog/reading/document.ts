// The document itself: its settings and its lists.

import { DOCUMENT_KEYS, type ListName } from "../document-keys.ts";
import { readDataSource } from "./data-sources.ts";
import { readDerivedSignal } from "./derived-signals.ts";
import { readDestination } from "./destinations.ts";
import type { Drafts } from "./drafts.ts";
import { readFolder, readSegmentFolder } from "./folders.ts";
import { readIdSync } from "./id-syncs.ts";
import { type ReadingMemory, RememberedList } from "./memory.ts";
import { readMergeRule } from "./merge-rules.ts";
import { isObject, noteUnknownKey } from "./objects.ts";
import { readPartnerSite } from "./partner-sites.ts";
import { readPartner } from "./partners.ts";
import type { Reading } from "./reading.ts";
import { readSegment } from "./segments.ts";
import { readSettings } from "./settings.ts";
import { readTrait } from "./traits.ts";
import { type Reader, wrongType } from "./values.ts";

/** Undefined where the document is no object at all. */
export function readDocument(input: unknown, reading: Reading): Drafts | undefined {
  if (!isObject(input)) return wrongType(input, "a workspace, which is an object", reading);
  const unreadable = new Set<ListName>();
  const list = <T extends object>(name: ListName, readItem: Reader<T>): (T | undefined)[] => {
    const value = Object.hasOwn(input, name) ? input[name] : undefined;
    if (value === undefined) return [];
    reading.enter(name);
    const items = readList(value, remembering(name, readItem, reading.memory), reading);
    reading.leave();
    if (items === undefined) unreadable.add(name);
    return items ?? [];
  };
  reading.enter("settings");
  // Left out, all settings have their defaults, as those of an empty object have.
  const settings = readSettings(Object.hasOwn(input, "settings") ? input["settings"] : {}, reading);
  reading.leave();
  const drafts: Drafts = {
    settings,
    partners: list("partners", readPartner),
    dataSources: list("dataSources", readDataSource),
    folders: list("folders", readFolder),
    segmentFolders: list("segmentFolders", readSegmentFolder),
    traits: list("traits", readTrait),
    mergeRules: list("mergeRules", readMergeRule),
    segments: list("segments", readSegment),
    partnerSites: list("partnerSites", readPartnerSite),
    destinations: list("destinations", readDestination),
    idSyncs: list("idSyncs", readIdSync),
    derivedSignals: list("derivedSignals", readDerivedSignal),
    unreadable,
  };
  noteUnknownKeys(input, reading);
  return drafts;
}

/** Reads an item by its place in the list, too. */
type ItemReader<T> = (input: unknown, index: number, reading: Reading) => T | undefined;

function remembering<T extends object>(
  name: ListName,
  readItem: Reader<T>,
  memory: ReadingMemory | null,
): ItemReader<T> {
  if (memory === null) return (input, _index, reading) => readItem(input, reading);
  const remembered = new RememberedList(memory, name);
  return (input, index, reading) => {
    const known = remembered.find(input, index);
    const read = known === undefined ? readItem(input, reading) : undefined;
    // What was read of an item of this list was read by its reader.
    if (read === undefined) return known as T | undefined;
    return (remembered.findRead(read, index) as T | undefined) ?? read;
  };
}

function readList<T>(
  input: unknown,
  readItem: ItemReader<T>,
  reading: Reading,
): (T | undefined)[] | undefined {
  if (!Array.isArray(input)) return wrongType(input, "a list", reading);
  const items: (T | undefined)[] = [];
  for (let index = 0; index < input.length; index += 1) {
    reading.enter(index);
    items.push(readItem(input[index], index, reading));
    reading.leave();
  }
  return items;
}

function noteUnknownKeys(input: Record<string, unknown>, reading: Reading): void {
  const known: ReadonlySet<string> = new Set(DOCUMENT_KEYS);
  for (const name of Object.keys(input)) {
    if (known.has(name)) continue;
    reading.enter(name);
    noteUnknownKey(name, known, reading);
    reading.leave();
  }
}
