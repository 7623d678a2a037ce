// `/v1/partners/` ("Management API, reports and UI", Own resources): the customers of the installation.

import type { PartnerDefinition } from "@dunlin/contract/workspace";
import { LIST_IDS, type ListName } from "../../../catalog/document-keys.ts";
import type {
  ApiKeys,
  Dependent,
  JsonSchema,
  ResourceContext,
  ResourceKind,
} from "../resource-kind.ts";
import { givenId, NAME, recordKeys, required, written } from "../shared-keys.ts";

const FLAG: JsonSchema = { type: "boolean" };
const HOSTS: JsonSchema = { type: "array", items: { type: "string" } };
const COUNTRIES: JsonSchema = { type: "array", items: { type: "string" } };
const ALLOW_LIST: JsonSchema = {
  type: ["array", "null"],
  items: { type: "string" },
  description: "Hosts, with those below them; null: all.",
};

const KEYS: ApiKeys<PartnerDefinition> = {
  pid: givenId(),
  alias: required({ type: "string", description: "The first label of the host that pages call." }),
  name: required(NAME),
  orgId: required({ type: "string", pattern: "^[0-9A-Fa-f]{24}@AdobeOrg$" }),
  idMapping: written({
    type: "string",
    enum: ["keyed", "pid-xor"],
    description: "Cannot change.",
  }),
  traitsInResponse: written(FLAG),
  legacyU: written(FLAG),
  tcf: written(FLAG),
  caseSensitiveTraits: written(FLAG),
  strictMode: written(FLAG),
  hostnames: written(HOSTS),
  refererAllowList: written(ALLOW_LIST),
  redirectAllowList: written(ALLOW_LIST),
  blockedCountries: written(COUNTRIES),
  ipObfuscation: written({
    oneOf: [{ type: "string", enum: ["none", "all"] }, COUNTRIES],
    description: "Of whose addresses the last part is left out.",
  }),
  ...recordKeys("partners", ({ pid }) => pid),
};

export const PARTNERS: ResourceKind<"partners"> = {
  list: "partners",
  path: "partners",
  noun: "partner",
  space: "partners",
  ownedBy: "installation",
  keys: KEYS,
  filters: {},
  additions: [],
  rights: null,
  dependents: objectsOf,
};

const NOUNS: Readonly<Record<Exclude<ListName, "partners">, string>> = {
  dataSources: "data sources",
  folders: "trait folders",
  segmentFolders: "segment folders",
  traits: "traits",
  mergeRules: "merge rules",
  segments: "segments",
  partnerSites: "partner sites",
  destinations: "destinations",
  idSyncs: "ID syncs",
  derivedSignals: "derived signals",
};

/** A partner may have very many of them: they are counted, not named. */
function objectsOf({ pid }: PartnerDefinition, { view }: ResourceContext): readonly Dependent[] {
  return Object.entries(NOUNS).flatMap(([list, noun]) => {
    // The table names the lists of a workspace.
    const items: readonly object[] = view.workspace[list as ListName];
    const own = items.filter((item) => Reflect.get(item, "pid") === pid);
    const [first] = own;
    if (first === undefined) return [];
    const id = Number(Reflect.get(first, LIST_IDS[list as ListName]));
    return [{ id, name: `its ${noun}, of which there are ${own.length}` }];
  });
}
