// What a resource of the management API is: a list of the workspace whose objects are shown, read and checked
// by a table of keys. The table is the one source for answers, for bodies and for the API's own description.

import type { Fault } from "@dunlin/contract/workspace";
import type { Caller, ObjectType, Permission, Right } from "../../access/caller.ts";
import type { ListName } from "../../catalog/document-keys.ts";
import type { DefinitionEdit } from "../../catalog/edits.ts";
import type { MappingList, MODEL_LIST, ObjectRecord } from "../../control/object-records.ts";
import type { PartnerMetrics } from "../../population/measure-population.ts";
import type { Defined, DefinitionsView } from "./definitions-view.ts";
import type { QueryReading } from "./list-options.ts";

/** A JSON Schema, as the API's description holds it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

export type ApiObject = Readonly<Record<string, unknown>>;

/** All that showing and checking an object may look at. */
export interface ResourceContext {
  readonly view: DefinitionsView;
  readonly pid: number;
  readonly caller: Caller;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** The platform domain. */
  readonly domain: string;
  /** Numbers of the partner's traits and segments; left out where nobody asked for them, or none are there yet. */
  readonly metrics?: PartnerMetrics;
  /** The records of all models, whoever's they are, by ID: what a model is stands in its record. */
  readonly models: ReadonlyMap<number, ObjectRecord>;
  /** Who made an object, and when. */
  recordOf(list: RecordedList, id: number): ObjectRecord;
  /** A number that no object of this space of IDs has or had; each one once. */
  newId(space: IdSpace): number;
}

/** What has records: the lists of a workspace, the mappings of each destination, and models. */
export type RecordedList = ListName | MappingList | typeof MODEL_LIST;

/** Traits, folder traits and segments share one. */
export type IdSpace =
  | "sid"
  | "mappings"
  | typeof MODEL_LIST
  | Exclude<ListName, "traits" | "segments">;

/**
 * What becomes of a key:
 *   written  stands in bodies and answers, and in the document
 *   kept     stands in bodies and answers, and with the object's record: the document has no such key
 *   given    stands in answers; bodies may hold it, without effect: whoever sends back what they read
 */
export interface ApiKey<Item> {
  readonly kind: "written" | "kept" | "given";
  readonly schema: JsonSchema;
  readonly isRequired?: true;
  /** Where the document calls it otherwise. */
  readonly document?: string;
  /** What a body that leaves it out means, where that is not what the document's own default says. */
  readonly fallback?: unknown;
  /** What stands in the answer; by default what stands in the document, or in the record. */
  show?(item: Item, context: ResourceContext): unknown;
  /** What the document is to hold for what the body holds; whether it is right is checked there. */
  read?(value: unknown, body: ApiObject): unknown;
  /** The option of lists that adds it; where an object stands alone it is always there. */
  readonly listedWith?: string;
  /** The option that adds it, in lists and alone. */
  readonly shownWith?: string;
  /** What stands in its place where an object stands alone and that option was not asked for. */
  readonly unasked?: unknown;
}

export type ApiKeys<Item> = Readonly<Record<string, ApiKey<Item>>>;

/** An option of a list beyond those that all lists have. */
export interface ListFilter<Item> {
  readonly schema: JsonSchema;
  /** Reads the option; null where it was not given. What it gives says which items stay. */
  read(query: QueryReading, context: ResourceContext): ((item: Item) => boolean) | null;
}

/** Who keeps an object from being deleted. */
export interface Dependent {
  /** For people: "segment 9001 (Buyers)". */
  readonly name: string;
  readonly id: number;
  /** Where the manual has a code of its own for it. */
  readonly code?: string;
}

export interface ResourceKind<Name extends ListName = ListName> {
  readonly list: Name;
  /** Below `/v1`. */
  readonly path: string;
  /** What one is called: "trait". */
  readonly noun: string;
  readonly space: IdSpace;
  /** Whose objects they are, where not the partners': they are shown to, and changed by, administrators of the installation. */
  readonly ownedBy?: "installation";
  /** Objects that no document holds, and nobody changes. */
  readonly builtIn?: readonly Defined<Name>[];
  readonly keys: ApiKeys<Defined<Name>>;
  /** Where objects of one kind differ: whether this one's answer has the key. */
  hasKey?(item: Defined<Name>, key: string): boolean;
  /** Whether the object keeps keys that the table does not know, in the document and in answers. */
  keepsOtherKeys?(item: ApiObject): boolean;
  readonly filters: Readonly<Record<string, ListFilter<Defined<Name>>>>;
  /** Options that add keys. */
  readonly additions: readonly string[];
  /** Null: read by whoever has a role with the partner; changed by its administrators, or by its editors. */
  readonly rights: {
    readonly objectType: ObjectType;
    scopeOf(item: Defined<Name>, permission: Permission): number | null;
    /** A right that is as good, for some objects; null for the others. */
    orElse?(item: Defined<Name>, permission: Permission): Right | null;
    /** Rights over other objects that a change of this one takes. */
    alsoNeeded?(item: Defined<Name>, context: ResourceContext): readonly Right[];
  } | null;
  readonly editors?: true;
  /** Who is in the way of its deletion. */
  dependents(item: Defined<Name>, context: ResourceContext): readonly Dependent[];
  /** What no document check finds: names taken, and the like. The item stands as the document would write it. */
  check?(
    item: Readonly<Record<string, unknown>>,
    before: Defined<Name> | null,
    context: ResourceContext,
    kept: ApiObject,
  ): Refusal | null;
  /** Completes a new item by what only the server knows: IDs beside its own. */
  complete?(
    item: Readonly<Record<string, unknown>>,
    before: Defined<Name> | null,
    context: ResourceContext,
  ): Readonly<Record<string, unknown>>;
  /** Completes what is kept with its record by what only the server knows, and takes out what is not shown. */
  completeKept?(
    kept: ApiObject,
    change: {
      readonly id: number;
      readonly item: Readonly<Record<string, unknown>>;
      readonly before: Defined<Name> | null;
    },
    context: ResourceContext,
  ): ApiObject;
  /** What else changes with it. */
  alongside?(
    item: Readonly<Record<string, unknown>>,
    before: Defined<Name> | null,
    context: ResourceContext,
  ): readonly DefinitionEdit[];
}

/** Why a call of the management API was not carried out: the caller's fault, each with its sentence. */
export interface Refusal {
  readonly kind:
    | "bad-request"
    | "forbidden"
    | "not-found"
    | "conflict"
    | "limit-exceeded"
    | "precondition-failed"
    | "rule-invalid"
    | "export-control";
  readonly detail: string;
  readonly faults?: readonly Fault[];
  /** Of a model that is in use: the traits that name it, which the documents answer and nothing else. */
  readonly traits?: readonly number[];
}

/** `a trait`, `an ID sync`. */
export function withArticle(noun: string): string {
  return `${/^[aeiou]/i.test(noun) ? "an" : "a"} ${noun}`;
}

export function refusal(kind: Refusal["kind"], detail: string, faults?: readonly Fault[]): Refusal {
  return faults === undefined ? { kind, detail } : { kind, detail, faults };
}
