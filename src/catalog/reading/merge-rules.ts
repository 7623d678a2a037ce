// Merge rules: which profiles are read and written together ("Audience model", Rule options).

import type { MergeRuleDefinition } from "@dunlin/contract/workspace";
import { CATALOG_LIMITS } from "../limits.ts";
import type { Drafts } from "./drafts.ts";
import { type Draft, type Keys, objectOf, optional, required } from "./objects.ts";
import type { Reading } from "./reading.ts";
import { checkPartnerExists, PartnerCount, resolveReference } from "./references.ts";
import type { Registers } from "./registers.ts";
import { freeText, nameText } from "./spellings.ts";
import { flag, id, nullOr, oneOf, setOf } from "./values.ts";

const LIMITS = CATALOG_LIMITS;

const MERGE_RULE_KEYS: Keys<MergeRuleDefinition> = {
  mergeRuleId: required(id),
  pid: required(id),
  name: required(nameText),
  description: optional(freeText, ""),
  crossDevice: required(oneOf(["NONE", "CURRENT", "LAST", "ALL"])),
  device: required(oneOf(["NO_DEVICE", "DEVICE", "PROFILE_LINK", "EXTERNAL", "NA"])),
  // How many there may be depends on the other options and has fault codes of its own.
  dataSourceIds: optional(setOf(id, { max: LIMITS.dataSourcesPerPartner }), []),
  deviceGraphDataSourceId: optional(nullOr(id), null),
  default: optional(flag, false),
};

export const readMergeRule = objectOf(MERGE_RULE_KEYS);

const COMBINATIONS: Readonly<
  Record<MergeRuleDefinition["crossDevice"], readonly MergeRuleDefinition["device"][]>
> = {
  NONE: ["DEVICE", "EXTERNAL"],
  CURRENT: ["NO_DEVICE", "DEVICE", "PROFILE_LINK"],
  LAST: ["DEVICE", "PROFILE_LINK", "EXTERNAL"],
  ALL: ["NA"],
};

type RuleDraft = Draft<MergeRuleDefinition>;

interface Placed {
  readonly rule: RuleDraft;
  readonly place: readonly ["mergeRules", number];
}

export function checkMergeRules(drafts: Drafts, registers: Registers, reading: Reading): void {
  const counts = new PartnerCount("merge rules", LIMITS.mergeRulesPerPartner);
  const allCounts = new PartnerCount(
    "merge rules of kind ALL",
    LIMITS.allProfilesMergeRulesPerPartner,
  );
  const defaults = new Map<number, number>();
  for (const [index, rule] of drafts.mergeRules.entries()) {
    if (rule === undefined) continue;
    const place = ["mergeRules", index] as const;
    const { pid } = rule;
    checkPartnerExists(registers.partners, { place: [...place, "pid"], pid }, reading);
    counts.add(pid, place, reading);
    if (rule.crossDevice === "ALL") allCounts.add(pid, place, reading);
    checkOptions({ rule, place }, reading);
    checkSources({ rule, place }, registers, reading);
    if (rule.default !== true || pid === undefined) continue;
    const other = defaults.get(pid);
    if (other === undefined) defaults.set(pid, index);
    else {
      const message = `/mergeRules/${other} is the default of partner ${pid} already; expected one.`;
      reading.faultAt([...place, "default"], "E_VALUE", message);
    }
  }
}

function checkOptions({ rule, place }: Placed, reading: Reading): void {
  const { crossDevice, device, dataSourceIds } = rule;
  if (crossDevice !== undefined && device !== undefined) {
    const allowed = COMBINATIONS[crossDevice];
    if (!allowed.includes(device)) {
      const message =
        `The device option ${device} does not go with the cross-device option ${crossDevice}; ` +
        `expected ${allowed.join(" or ")}.`;
      reading.faultAt([...place, "device"], "E_PMR_COMBINATION", message);
    }
  }
  if (dataSourceIds === undefined) return;
  const sources = [...place, "dataSourceIds"];
  const count = dataSourceIds.length;
  const isLink = device === "PROFILE_LINK" && crossDevice !== "NONE";
  if (isLink && count !== 1) {
    const message = `Profile Link takes exactly one data source; found ${count}.`;
    reading.faultAt(sources, "E_PMR_PROFILE_LINK_SINGLE_DS", message);
  } else if (crossDevice === "NONE" && count > 0) {
    const message = `The cross-device option NONE takes no data source; found ${count}.`;
    reading.faultAt(sources, "E_PMR_DATASOURCES", message);
  } else if (
    crossDevice !== undefined &&
    crossDevice !== "NONE" &&
    (count < 1 || count > LIMITS.dataSourcesPerMergeRule)
  ) {
    const most = LIMITS.dataSourcesPerMergeRule;
    const message = `The cross-device option ${crossDevice} takes 1 to ${most} data sources; found ${count}.`;
    reading.faultAt(sources, "E_PMR_DATASOURCES", message);
  }
}

function checkSources({ rule, place }: Placed, registers: Registers, reading: Reading): void {
  const { pid } = rule;
  for (const [item, dataSourceId] of (rule.dataSourceIds ?? []).entries()) {
    const at = [...place, "dataSourceIds", item];
    const source = resolveReference(
      registers.dataSources,
      { place: at, id: dataSourceId, pid },
      reading,
    );
    if (source?.idType === undefined || source.idType === "CROSS_DEVICE") continue;
    const message = `The data source ${dataSourceId} is of type ${source.idType}; expected CROSS_DEVICE.`;
    reading.faultAt(at, "E_PMR_DATASOURCES", message);
  }
  checkGraph({ rule, place }, registers, reading);
}

/** An external device graph is a data source that says so. */
function checkGraph({ rule, place }: Placed, registers: Registers, reading: Reading): void {
  const { pid, device, deviceGraphDataSourceId: graphId } = rule;
  const at = [...place, "deviceGraphDataSourceId"];
  if (device === "EXTERNAL" && graphId === null) {
    const message = `The key "deviceGraphDataSourceId" is required with the device option EXTERNAL.`;
    reading.faultAt(at, "E_MISSING_KEY", message);
  }
  const isId = graphId !== undefined && graphId !== null;
  if (device !== undefined && device !== "EXTERNAL" && isId) {
    const message = `The device option ${device} uses no device graph; expected null.`;
    reading.faultAt(at, "E_VALUE", message);
  }
  const graph = resolveReference(registers.dataSources, { place: at, id: graphId, pid }, reading);
  if (graph?.deviceGraph === false) {
    reading.faultAt(at, "E_VALUE", `The data source ${graphId} is no device graph.`);
  }
}
