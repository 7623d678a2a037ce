// A document as far as it could be read, before the checks across objects. Where nothing was found
// wrong, it is a workspace.

import type {
  CookieDestination,
  DestinationBase,
  DestinationMapping,
  ServerDestination,
  UrlDestination,
  Workspace,
} from "@dunlin/contract/workspace";
import type { ListName } from "../document-keys.ts";
import type { Draft } from "./objects.ts";

/** Undefined where the item is no object at all. */
type DraftList<T> = readonly (Draft<T> | undefined)[];

export type MappingDraft = Draft<DestinationMapping>;

/** A destination whose mappings are drafts: one that is faulty still names a segment that must exist. */
export type Mapped<T extends DestinationBase> = Omit<T, "mappings"> & {
  readonly mappings: readonly (MappingDraft | undefined)[];
};

/** Of a destination of an unknown type, only what all destinations share was read. */
export type UntypedDestination = Mapped<DestinationBase> & { readonly destinationType: never };

export type DestinationDraft =
  | Draft<Mapped<UrlDestination>>
  | Draft<Mapped<CookieDestination>>
  | Draft<Mapped<ServerDestination>>
  | Draft<UntypedDestination>;

export type Drafts = {
  readonly settings: Draft<Workspace["settings"]> | undefined;
  readonly destinations: readonly (DestinationDraft | undefined)[];
  /** Lists of which not even the items could be told: what refers to them cannot be checked. */
  readonly unreadable: ReadonlySet<ListName>;
} & {
  readonly [Name in Exclude<ListName, "destinations">]: DraftList<Workspace[Name][number]>;
};
