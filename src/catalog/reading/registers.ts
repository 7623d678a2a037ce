// What the document defines, by ID, for the objects that refer to it; and the numbers that only one
// object may have.

import type {
  DataSourceDefinition,
  FolderDefinition,
  MergeRuleDefinition,
  PartnerDefinition,
  PartnerSiteDefinition,
  SegmentDefinition,
  SegmentFolderDefinition,
  TraitDefinition,
} from "@dunlin/contract/workspace";
import { BUILT_IN_DATA_SOURCES } from "../built-in-data-sources.ts";
import { LIST_IDS, type ListName } from "../document-keys.ts";
import type { Drafts } from "./drafts.ts";
import type { Draft } from "./objects.ts";
import type { Reading } from "./reading.ts";

/** Null: shared by all partners; undefined: could not be read. */
type Owner = number | null | undefined;

interface Owned {
  readonly pid: Owner;
}

/** One kind of object, by ID. */
export class Register<T extends Owned> {
  /** What an object of the kind is called: "data source". */
  readonly noun: string;
  /** False where the list could not be read: then nothing is known to be missing. */
  readonly isComplete: boolean;
  readonly #byId = new Map<number, T>();

  constructor(noun: string, isComplete: boolean) {
    this.noun = noun;
    this.isComplete = isComplete;
  }

  /** Of several objects with one ID the first is found. */
  add(id: number, item: T): void {
    if (!this.#byId.has(id)) this.#byId.set(id, item);
  }

  get(id: number): T | undefined {
    return this.#byId.get(id);
  }

  values(): Iterable<T> {
    return this.#byId.values();
  }
}

export interface Registers {
  readonly partners: Register<Draft<PartnerDefinition>>;
  readonly dataSources: Register<Draft<DataSourceDefinition>>;
  readonly folders: Register<Draft<FolderDefinition>>;
  readonly segmentFolders: Register<Draft<SegmentFolderDefinition>>;
  readonly traits: Register<Draft<TraitDefinition>>;
  readonly folderTraits: Register<Draft<FolderDefinition>>;
  readonly mergeRules: Register<Draft<MergeRuleDefinition>>;
  readonly segments: Register<Draft<SegmentDefinition>>;
  readonly partnerSites: Register<Draft<PartnerSiteDefinition>>;
}

/** Registers all objects, noting each ID that is used twice. */
export function registerAll(drafts: Drafts, reading: Reading): Registers {
  const { unreadable } = drafts;
  const fill = <T extends Owned>(noun: string, filling: Filling<T>): Register<T> =>
    fillRegister(new Register<T>(noun, !unreadable.has(filling.list)), filling, reading);

  // Traits, folder traits and segments share one space of numbers, all others have one each.
  const sids = new Map<number, Place>();
  const registers: Registers = {
    partners: fill("partner", { list: "partners", items: drafts.partners, key: "pid" }),
    dataSources: fill("data source", {
      list: "dataSources",
      items: drafts.dataSources,
      key: "dataSourceId",
      builtIn: new Map(BUILT_IN_DATA_SOURCES.map((source) => [source.dataSourceId, source])),
    }),
    folders: fill("folder", { list: "folders", items: drafts.folders, key: "folderId" }),
    segmentFolders: fill("folder", {
      list: "segmentFolders",
      items: drafts.segmentFolders,
      key: "folderId",
    }),
    folderTraits: fill("folder trait", {
      list: "folders",
      items: drafts.folders,
      key: "traitSid",
      taken: sids,
    }),
    traits: fill("trait", { list: "traits", items: drafts.traits, key: "sid", taken: sids }),
    segments: fill("segment", {
      list: "segments",
      items: drafts.segments,
      key: "sid",
      taken: sids,
    }),
    mergeRules: fill("merge rule", {
      list: "mergeRules",
      items: drafts.mergeRules,
      key: "mergeRuleId",
    }),
    partnerSites: fill("site", { list: "partnerSites", items: drafts.partnerSites, key: "siteId" }),
  };
  // Nothing refers to these by ID; it must be their own all the same.
  const { destinations, idSyncs, derivedSignals } = drafts;
  fill("destination", { list: "destinations", items: destinations, key: "destinationId" });
  fill("ID sync", { list: "idSyncs", items: idSyncs, key: "idSyncId" });
  fill("derived signal", { list: "derivedSignals", items: derivedSignals, key: "derivedSignalId" });
  return registers;
}

interface Filling<T> {
  readonly list: ListName;
  readonly items: readonly (T | undefined)[];
  /** The key that holds the ID. */
  readonly key: keyof T & string;
  /** IDs in use, and where; lists that share a space of numbers share this. */
  readonly taken?: Map<number, Place>;
  readonly builtIn?: ReadonlyMap<number, T>;
}

/** A place in a list as one number: texts for all places would be written for nobody. */
type Place = number;

const BUILT_IN: Place = -1;
const MOST_ITEMS = 2 ** 32;
const LIST_NAMES = Object.keys(LIST_IDS);

function placeOf(list: ListName, index: number): Place {
  return LIST_NAMES.indexOf(list) * MOST_ITEMS + index;
}

function describePlace(place: Place): string {
  if (place === BUILT_IN) return "what is built in";
  return `/${LIST_NAMES[Math.floor(place / MOST_ITEMS)]}/${place % MOST_ITEMS}`;
}

function fillRegister<T extends Owned>(
  register: Register<T>,
  { list, items, key, taken = new Map(), builtIn = new Map() }: Filling<T>,
  reading: Reading,
): Register<T> {
  for (const [id, item] of builtIn) {
    register.add(id, item);
    taken.set(id, BUILT_IN);
  }
  for (const [index, item] of items.entries()) {
    const id = item?.[key];
    if (item === undefined || typeof id !== "number") continue;
    const owner = taken.get(id);
    if (owner === undefined) taken.set(id, placeOf(list, index));
    else {
      const message = `The ID ${id} is taken by ${describePlace(owner)}; a ${register.noun} needs one of its own.`;
      reading.faultAt([list, index, key], "E_DUPLICATE_ID", message);
    }
    register.add(id, item);
  }
  return register;
}
