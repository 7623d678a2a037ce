// The workspace that an import is about to become: documents beside what they were made of, so that whatever a
// reader of workspaces finds wrong can be said of the object in its file.

import type { Fault } from "@dunlin/contract/workspace";
import type { ImportNotes, Origin } from "./notes.ts";

/** The lists that an import fills. */
export const DRAFT_LISTS = [
  ...(["partners", "dataSources", "folders", "segmentFolders", "traits", "mergeRules"] as const),
  ...(["segments", "partnerSites", "destinations", "idSyncs", "derivedSignals"] as const),
];
export type DraftList = (typeof DRAFT_LISTS)[number];

export interface Candidate {
  readonly document: Record<string, unknown>;
  /** Null for what was in the workspace before. */
  readonly origin: Origin | null;
  /** Of each mapping of a destination. */
  mappings?: readonly Origin[];
}

/** Keys whose default changes neither who qualifies for what nor who is told of it. */
const DEFAULTED: Readonly<Partial<Record<DraftList, readonly string[]>>> = {
  dataSources: ["description", "integrationCode", "retentionMonths"],
  folders: ["parentFolderId"],
  segmentFolders: ["parentFolderId"],
  traits: ["description", "comments", "integrationCode", "type", "categoryId", "folderId"],
  segments: ["description", "integrationCode", "folderId"],
  mergeRules: ["description"],
  destinations: ["description", "autoFillMapping"],
  derivedSignals: ["integrationCode"],
};

const POINTER = /^\/([a-zA-Z]+)\/(\d+)(?:\/([^/]+)(?:\/(\d+))?)?/;
const PLACE_IN_MESSAGE = /\/([a-zA-Z]+)\/(\d+)/g;

export class Draft {
  readonly #lists = new Map<DraftList, Candidate[]>(DRAFT_LISTS.map((list) => [list, []]));
  readonly #settings: unknown;

  constructor(settings: unknown) {
    this.#settings = settings;
  }

  list(name: DraftList): readonly Candidate[] {
    return this.#lists.get(name) ?? [];
  }

  add(name: DraftList, candidate: Candidate): void {
    this.#lists.get(name)?.push(candidate);
  }

  replace(name: DraftList, keep: (candidate: Candidate) => boolean): void {
    this.#lists.set(name, this.list(name).filter(keep));
  }

  /** What a reader of workspaces takes. */
  document(): Record<string, unknown> {
    const lists = DRAFT_LISTS.map((name) => [
      name,
      this.list(name).map(({ document }) => document),
    ]);
    return {
      ...(this.#settings === undefined ? {} : { settings: this.#settings }),
      ...Object.fromEntries(lists),
    };
  }

  /**
   * Takes away what the faults are about: a key where its default will do, a mapping, or the object. Gives the
   * faults that are about nothing imported.
   */
  takeAway(faults: readonly Fault[], notes: ImportNotes): readonly Fault[] {
    const gone = new Set<Candidate>();
    const goneMappings = new Map<Candidate, Set<number>>();
    const foreign: Fault[] = [];
    for (const fault of faults) {
      const found = this.#find(fault);
      if (found === null) {
        foreign.push(fault);
        continue;
      }
      const { candidate, list, key, item } = found;
      const { origin } = candidate;
      if (origin === null || gone.has(candidate)) continue;
      const why = `${fault.code}: ${this.#inWords(fault)}`;
      if (key === "mappings" && item !== null) {
        const missing = goneMappings.get(candidate) ?? new Set();
        goneMappings.set(candidate, missing);
        if (missing.has(item)) continue;
        missing.add(item);
        notes.add("lost", candidate.mappings?.[item] ?? origin, `Left out. ${why}`);
      } else if (key !== null && isDefaulted(list, key) && Object.hasOwn(candidate.document, key)) {
        delete candidate.document[key];
        notes.add("lost", origin, `"${key}" gets its default. ${why}`);
      } else {
        gone.add(candidate);
        notes.add("lost", origin, `Left out. ${why}`);
        if (key !== null || fault.code !== "E_LIMIT") continue;
        for (const other of this.#likeAfter(candidate, list)) {
          gone.add(other);
          notes.addRepeated("lost", other.origin ?? origin, "Left out: above the same limit.");
        }
      }
    }
    for (const [candidate, missing] of goneMappings) dropMappings(candidate, missing);
    if (gone.size > 0) for (const name of DRAFT_LISTS) this.replace(name, (one) => !gone.has(one));
    return foreign;
  }

  #find({ at }: Fault): {
    readonly candidate: Candidate;
    readonly list: DraftList;
    readonly key: string | null;
    readonly item: number | null;
  } | null {
    const [, name, index, key, item] = POINTER.exec(at) ?? [];
    const list = DRAFT_LISTS.find((one) => one === name);
    const candidate = list === undefined ? undefined : this.list(list)[Number(index)];
    if (list === undefined || candidate === undefined || candidate.origin === null) return null;
    return { candidate, list, key: key ?? null, item: item === undefined ? null : Number(item) };
  }

  /** Only the first above a limit is a fault: those of its type that come after it go as well. */
  #likeAfter(first: Candidate, list: DraftList): readonly Candidate[] {
    const all = this.list(list);
    return all
      .slice(all.indexOf(first) + 1)
      .filter((other) => typeOf(other) === typeOf(first) && other.origin !== null);
  }

  /** Places in the document that nobody has seen, by the names of what stands there. */
  #inWords({ message, column }: Fault): string {
    const words = message.replace(PLACE_IN_MESSAGE, (place, name: string, index: string) => {
      const list = DRAFT_LISTS.find((one) => one === name);
      const found = list === undefined ? undefined : this.list(list)[Number(index)];
      return found === undefined ? place : (found.origin?.object ?? "what was there before");
    });
    return column === undefined ? words : `Column ${column}: ${words}`;
  }
}

function isDefaulted(list: DraftList, key: string): boolean {
  return DEFAULTED[list]?.includes(key) === true;
}

function typeOf({ document }: Candidate): unknown {
  return document["traitType"] ?? document["destinationType"] ?? document["crossDevice"];
}

function dropMappings(candidate: Candidate, missing: ReadonlySet<number>): void {
  const { document, mappings } = candidate;
  const written = document["mappings"];
  if (!Array.isArray(written)) return;
  document["mappings"] = written.filter((_, index) => !missing.has(index));
  if (mappings !== undefined) {
    candidate.mappings = mappings.filter((_, index) => !missing.has(index));
  }
}
