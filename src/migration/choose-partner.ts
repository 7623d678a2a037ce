// Whose definitions are imported: the API's answers carry the partner's ID and nothing else of it.

import type { Workspace } from "@dunlin/contract/workspace";
import { err, ok, type Result } from "../model/result.ts";
import type { ApiObject, Gathered } from "./gather.ts";
import type { ImportNotes } from "./notes.ts";
import type { ApiKind } from "./recognise.ts";
import { numberOf, valueAt } from "./values.ts";

export interface PartnerChoice {
  /** Null: the one that the objects name. */
  readonly pid: number | null;
  /** Null: that of the workspace that is merged with. */
  readonly alias: string | null;
  readonly orgId: string | null;
}

export interface ChosenPartner {
  readonly pid: number;
  /** Null where the workspace has it already. */
  readonly partner: Record<string, unknown> | null;
}

interface Surroundings {
  readonly gathered: Gathered;
  readonly base: Workspace | null;
  readonly notes: ImportNotes;
}

type Refusal = readonly { readonly where: string; readonly message: string }[];

export function choosePartner(
  choice: PartnerChoice,
  { gathered, base, notes }: Surroundings,
): Result<ChosenPartner, Refusal> {
  const pids = choice.pid === null ? pidsIn(gathered) : [choice.pid];
  const [pid, ...others] = pids;
  if (pid === undefined) {
    const message = "No object says whose it is: expected the partner's ID, --pid N.";
    return err([{ where: "--pid", message }]);
  }
  if (others.length > 0) {
    const message = `The objects belong to partners ${pids.slice(0, 10).join(", ")}: choose one by --pid N.`;
    return err([{ where: "--pid", message }]);
  }
  const known = base?.partners.find((partner) => partner.pid === pid);
  if (known !== undefined) {
    const isOther =
      (choice.alias ?? known.alias) !== known.alias ||
      (choice.orgId ?? known.orgId) !== known.orgId;
    if (!isOther) return ok({ pid, partner: null });
    const message = `The workspace has partner ${pid} already, with another alias or org ID.`;
    return err([{ where: "--merge", message }]);
  }
  return newPartner(pid, choice, { gathered, notes });
}

function newPartner(
  pid: number,
  { alias, orgId }: PartnerChoice,
  { gathered, notes }: Omit<Surroundings, "base">,
): Result<ChosenPartner, Refusal> {
  const faults: { where: string; message: string }[] = [];
  if (alias === null) {
    const message =
      "Expected the partner's alias, the first label of the host that pages call: --alias NAME.";
    faults.push({ where: "--alias", message });
  }
  if (orgId === null) {
    const message = "Expected the organisation's ID: --org <24 hexadecimal digits>@AdobeOrg.";
    faults.push({ where: "--org", message });
  }
  if (alias === null || orgId === null) return err(faults);
  for (const { origin } of gathered.get("partners") ?? []) {
    notes.addRepeated("lost", origin, "Partners are made by options, or merged with (--merge).");
  }
  const origin = { file: "", object: `partner ${pid}` };
  notes.add("assumed", origin, `Its name is its alias, ${JSON.stringify(alias)}.`);
  const mapping =
    'Its idMapping is "pid-xor", so that IDs which browsers and apps hold stay valid. It can never change: ' +
    'where none must stay valid, write "keyed" before the first start.';
  notes.add("assumed", origin, mapping);
  const settings =
    "Its other settings are the defaults, for no file holds them: look at traitsInResponse (whether d_cts is " +
    "answered), tcf, hostnames, redirectAllowList and ipObfuscation.";
  notes.add("assumed", origin, settings);
  return ok({ pid, partner: { pid, alias, name: alias, orgId, idMapping: "pid-xor" } });
}

/** Data sources may be of others: they are asked last. */
const OWNED: readonly ApiKind[] = [
  ...(["traits", "segments", "destinations", "derivedSignals", "partnerSites"] as const),
  ...(["traitFolders", "segmentFolders", "mergeRules"] as const),
];

function pidsIn(gathered: Gathered): readonly number[] {
  const owned = distinctPids(OWNED.flatMap((kind) => gathered.get(kind) ?? []));
  return owned.length > 0 ? owned : distinctPids(gathered.get("dataSources") ?? []);
}

function distinctPids(objects: readonly ApiObject[]): readonly number[] {
  const pids = objects.flatMap(({ fields }) => {
    const pid = numberOf(valueAt(fields, "pid"));
    return typeof pid === "number" && Number.isSafeInteger(pid) && pid > 0 ? [pid] : [];
  });
  return [...new Set(pids)];
}
