// The definitions in force, for the management plane: found by ID, by partner and by who uses whom. One view
// is one revision and never changes; what an edit leaves alone is shared with the view before.

import type { SegmentDefinition, TraitDefinition, Workspace } from "@dunlin/contract/workspace";
import { LIST_IDS, type ListName } from "../../catalog/document-keys.ts";
import type { EditedObject } from "../../catalog/edits.ts";
import type { TraitId } from "../../model/ids.ts";
import { parseSegmentRule, traitsOf } from "../../rules/segment-rule/segment-rule.ts";

/** An object of a list, as a document writes it. */
export type Defined<Name extends ListName> = Workspace[Name][number];

interface Owned {
  readonly pid: number | null;
}

export class DefinitionsView {
  readonly revision: number;
  /** In the form in which workspaces are written. */
  readonly workspace: Workspace;
  readonly #byId = new Map<ListName, ReadonlyMap<number, object>>();
  #segmentsByTrait: ReadonlyMap<number, readonly SegmentDefinition[]> | null = null;

  constructor(revision: number, workspace: Workspace) {
    this.revision = revision;
    this.workspace = workspace;
  }

  /** Of a document as it is stored: nothing of it is checked again. */
  static parse(revision: number, document: string): DefinitionsView {
    return new DefinitionsView(revision, JSON.parse(document) as Workspace);
  }

  /** The view of the revision that these edits led to. */
  after(revision: number, edited: readonly EditedObject[]): DefinitionsView {
    const next: { -readonly [Name in keyof Workspace]: unknown } = { ...this.workspace };
    for (const list of new Set(edited.map(({ list: name }) => name))) {
      const changed = new Map(
        edited.flatMap((each) => (each.list === list ? [[each.id, each.item] as const] : [])),
      );
      const idKey = LIST_IDS[list];
      const items: object[] = [];
      for (const item of this.workspace[list] as readonly object[]) {
        const id: unknown = Reflect.get(item, idKey);
        const edit = typeof id === "number" ? changed.get(id) : undefined;
        if (edit === undefined) items.push(item);
        else if (edit !== null) items.push(edit);
        if (typeof id === "number") changed.delete(id);
      }
      for (const item of changed.values()) if (item !== null) items.push(item);
      next[list] = items;
    }
    // Edited objects are given as they are written.
    return new DefinitionsView(revision, next as Workspace);
  }

  find<Name extends ListName>(list: Name, id: number): Defined<Name> | undefined {
    let byId = this.#byId.get(list);
    if (byId === undefined) {
      const items = this.workspace[list] as readonly object[];
      byId = new Map(items.map((item) => [Number(Reflect.get(item, LIST_IDS[list])), item]));
      this.#byId.set(list, byId);
    }
    // What a list holds is found by its own name.
    return byId.get(id) as Defined<Name> | undefined;
  }

  /** What a partner defined, and what all share. */
  ofPartner<Name extends ListName>(list: Name, pid: number): readonly Defined<Name>[] {
    const items = this.workspace[list] as readonly (Defined<Name> & Owned)[];
    return items.filter((item) => item.pid === pid || item.pid === null);
  }

  /** By the trait's sid, or the sid of a folder trait. */
  segmentsWithTrait(sid: number): readonly SegmentDefinition[] {
    this.#segmentsByTrait ??= this.#findUses();
    return this.#segmentsByTrait.get(sid) ?? [];
  }

  #findUses(): ReadonlyMap<number, readonly SegmentDefinition[]> {
    const uses = new Map<number, SegmentDefinition[]>();
    for (const segment of this.workspace.segments) {
      for (const sid of traitsOfSegment(segment)) {
        const known = uses.get(sid);
        if (known === undefined) uses.set(sid, [segment]);
        else known.push(segment);
      }
    }
    return uses;
  }
}

/** Segments stay the same objects from view to view: each is parsed once. */
const TRAITS_OF_SEGMENTS = new WeakMap<SegmentDefinition, readonly TraitId[]>();

/** The traits and folder traits that a segment's rule names, ascending. */
export function traitsOfSegment(segment: SegmentDefinition): readonly TraitId[] {
  const known = TRAITS_OF_SEGMENTS.get(segment);
  if (known !== undefined) return known;
  // Rights are asked before a body is checked: its rule may be anything as yet.
  const rule: unknown = segment.segmentRule;
  const parsed = typeof rule === "string" ? parseSegmentRule(rule) : null;
  const traits = parsed?.ok ? traitsOf(parsed.value) : [];
  TRAITS_OF_SEGMENTS.set(segment, traits);
  return traits;
}

/** Whose right it takes to use or delete what a segment is made of: the data sources of its traits. */
export function dataSourcesOfSegment(
  view: DefinitionsView,
  segment: SegmentDefinition,
): readonly number[] {
  const traits = traitsOfSegment(segment).map((sid) => view.find("traits", sid));
  const sources = traits.flatMap((trait: TraitDefinition | undefined) => trait?.dataSourceId ?? []);
  return [...new Set(sources)].sort((one, other) => one - other);
}
