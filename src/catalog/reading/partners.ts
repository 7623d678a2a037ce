// Partners: the customers of the installation.

import type { PartnerDefinition, Workspace } from "@dunlin/contract/workspace";
import { REGIONAL_HOSTS } from "../../model/regions.ts";
import { CATALOG_LIMITS } from "../limits.ts";
import type { Drafts } from "./drafts.ts";
import { type Keys, objectOf, optional, required } from "./objects.ts";
import { quote, type Reading } from "./reading.ts";
import { allowList, countryList, hostList, nameText } from "./spellings.ts";
import { flag, id, oneOf, type Reader, text } from "./values.ts";

/** First labels below the platform's domain that lead to a service, not to a partner. */
const SERVICE_ALIASES: ReadonlySet<string> = new Set(["dpm", "www", "fast"]);

const dnsLabel = text({
  max: CATALOG_LIMITS.aliasLength,
  pattern: /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i,
  expected: "one DNS label: at most 63 letters, digits and dashes, no dash at either end",
});

const alias: Reader<string> = (input, reading) => {
  const label = dnsLabel(input, reading);
  if (label === undefined) return undefined;
  const folded = label.toLowerCase();
  if (!SERVICE_ALIASES.has(folded) && !REGIONAL_HOSTS.has(folded)) return label;
  reading.fault("E_VALUE", `The alias ${quote(label)} is reserved for a host of the platform.`);
  return undefined;
};

const orgId = text({
  max: CATALOG_LIMITS.nameLength,
  pattern: /^[0-9A-Fa-f]{24}@AdobeOrg$/,
  expected: "an org ID: 24 hexadecimal digits and @AdobeOrg",
});

const noneOrAll = oneOf(["none", "all"]);
const ipObfuscation: Reader<PartnerDefinition["ipObfuscation"]> = (input, reading) =>
  Array.isArray(input) ? countryList(input, reading) : noneOrAll(input, reading);

const PARTNER_KEYS: Keys<PartnerDefinition> = {
  pid: required(id),
  alias: required(alias),
  name: required(nameText),
  orgId: required(orgId),
  idMapping: optional(oneOf(["keyed", "pid-xor"]), "keyed"),
  traitsInResponse: optional(flag, false),
  legacyU: optional(flag, false),
  tcf: optional(flag, false),
  caseSensitiveTraits: optional(flag, false),
  strictMode: optional(flag, false),
  hostnames: optional(hostList, []),
  refererAllowList: optional(allowList, null),
  redirectAllowList: optional(allowList, null),
  blockedCountries: optional(countryList, []),
  ipObfuscation: optional(ipObfuscation, "none"),
};

export const readPartner = objectOf(PARTNER_KEYS);

export function checkPartners(drafts: Drafts, previous: Workspace | null, reading: Reading): void {
  if (drafts.partners.length > CATALOG_LIMITS.partners) {
    const message = `There are more than ${CATALOG_LIMITS.partners} partners, which is the limit.`;
    reading.faultAt(["partners", CATALOG_LIMITS.partners], "E_LIMIT", message);
  }
  checkNamesAreUnique(drafts, reading);
  checkConsentVendor(drafts, reading);
  if (previous !== null) checkMappingsStay(drafts, previous, reading);
}

function checkNamesAreUnique(drafts: Drafts, reading: Reading): void {
  const aliases = new UniqueNames("alias", reading);
  const orgIds = new UniqueNames("org ID", reading);
  const hosts = new UniqueNames("host name", reading);
  for (const [index, host] of (drafts.settings?.serviceHosts ?? []).entries()) {
    hosts.note(host, ["settings", "serviceHosts", index]);
  }
  for (const [index, partner] of drafts.partners.entries()) {
    const place = ["partners", index] as const;
    if (partner?.alias !== undefined)
      aliases.note(partner.alias.toLowerCase(), [...place, "alias"]);
    if (partner?.orgId !== undefined) orgIds.note(partner.orgId, [...place, "orgId"]);
    for (const [item, host] of (partner?.hostnames ?? []).entries()) {
      hosts.note(host, [...place, "hostnames", item]);
    }
  }
}

class UniqueNames {
  readonly #seen = new Set<string>();
  readonly #noun: string;
  readonly #reading: Reading;

  constructor(noun: string, reading: Reading) {
    this.#noun = noun;
    this.#reading = reading;
  }

  note(name: string, place: readonly (string | number)[]): void {
    if (this.#seen.has(name)) {
      const message = `The ${this.#noun} ${quote(name)} is taken; it must be unique.`;
      this.#reading.faultAt(place, "E_DUPLICATE_ID", message);
    }
    this.#seen.add(name);
  }
}

/** The installation's own registration with the IAB has no default ("Running a node", The workspace). */
function checkConsentVendor(drafts: Drafts, reading: Reading): void {
  const tcf = drafts.settings?.tcf;
  if (tcf === undefined || tcf.vendorId !== null) return;
  const partner = drafts.partners.find((draft) => draft?.tcf === true);
  if (partner === undefined && !tcf.onWithoutPartner) return;
  const who =
    partner === undefined
      ? "onWithoutPartner is true"
      : `partner ${partner.pid ?? "?"} has tcf: true`;
  const message = `The key "vendorId" is required, since ${who}.`;
  reading.faultAt(["settings", "tcf", "vendorId"], "E_MISSING_KEY", message);
}

function checkMappingsStay(drafts: Drafts, previous: Workspace, reading: Reading): void {
  const before = new Map(previous.partners.map((partner) => [partner.pid, partner]));
  for (const [index, partner] of drafts.partners.entries()) {
    const old = partner?.pid === undefined ? undefined : before.get(partner.pid);
    if (partner === undefined || old === undefined) continue;
    const who = `Partner ${old.pid}`;
    if (partner.idMapping !== undefined && partner.idMapping !== old.idMapping) {
      const message =
        `${who} has the ID mapping "${old.idMapping}", which cannot change: ` +
        "every visitor of the partner would become somebody else.";
      reading.faultAt(["partners", index, "idMapping"], "E_IMMUTABLE", message);
    }
    // Keyed IDs follow from the org ID.
    if (old.idMapping === "keyed" && partner.orgId !== undefined && partner.orgId !== old.orgId) {
      const message = `${who} gets another org ID: every visitor of the partner gets another MID.`;
      reading.warnAt(["partners", index, "orgId"], { code: "W_OTHER_VISITOR_IDS", message });
    }
  }
}
