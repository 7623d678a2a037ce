// Calls by chance: whom they name, and what the visitor does.

import type { RawCall } from "../../src/event/parse/raw-call.ts";
import { callOf } from "../support/event-world.ts";
import type { Random } from "../support/random.ts";
import { type Definitions, PARTNERS, SOURCES } from "./definitions.ts";
import type { State } from "./model-links.ts";

export interface NamedId {
  readonly dataSourceId: number;
  readonly id: string;
  readonly state: State;
}

export interface PlannedCall {
  readonly kind: "event" | "opt-out" | "opt-in";
  readonly pid: number;
  /** Null: the call names IDs alone. */
  readonly device: string | null;
  readonly ids: readonly NamedId[];
  /** Traits that the visitor's signals are about. */
  readonly traits: readonly number[];
  /** Traits that the call names itself. */
  readonly direct: readonly number[];
}

/** How many there are of everybody. */
export interface Crowd {
  readonly devices: number;
  readonly people: number;
}

export function numbered(device: number): string {
  return `${device}`.padStart(38, "0");
}

/** An ID that very many devices name, so that its links reach their limit. */
const EVERYBODY = "everybody";

export function plannedCall(random: Random, crowd: Crowd, definitions: Definitions): PlannedCall {
  const { pid } = random.pick(PARTNERS);
  // More opt-ins than opt-outs, for they are mostly of people who are in: few shall be out at a time.
  const kind = random.chance(0.02) ? "opt-out" : random.chance(0.08) ? "opt-in" : "event";
  const ids = random.chance(0.45) ? idsOf(random, crowd, pid) : [];
  const isAnonymous = ids.length > 0 && random.chance(0.15);
  // Squared, so that some devices are much busier than others.
  const busy = random.next() ** 2;
  const device = isAnonymous ? null : numbered(1 + Math.floor(busy * crowd.devices));
  if (kind !== "event") return { kind, pid, device, ids: noLogins(ids), traits: [], direct: [] };
  const sids = [...definitions.traits.values()].filter((one) => one.pid === pid);
  const some = (chance: number): number[] =>
    sids.filter(() => random.chance(chance)).map(({ sid }) => sid);
  return { kind, pid, device, ids, traits: some(0.15), direct: some(0.02) };
}

function idsOf(random: Random, { people }: Crowd, pid: number): readonly NamedId[] {
  const sources = [...SOURCES.values()].filter(
    (source) => source.pid === pid && !source.deviceGraph && source.dataSourceId % 10 !== 0,
  );
  const count = random.chance(0.75) ? 1 : 2 + random.below(2);
  return Array.from({ length: count }, () => {
    const { dataSourceId } = random.pick(sources);
    const state = random.pick([0, 1, 1, 1, 2] as const);
    if (dataSourceId !== 11 && random.chance(0.1)) {
      return { dataSourceId, id: EVERYBODY, state: state === 1 ? 0 : state };
    }
    // One in ten is new, so that devices come to the limit of their IDs.
    const number = random.chance(0.1) ? random.below(50 * people) : random.below(people);
    return { dataSourceId, id: `person-${number}`, state };
  });
}

function noLogins(ids: readonly NamedId[]): readonly NamedId[] {
  return ids.map((id) => ({ ...id, state: 0 }));
}

export function rawCallOf(call: PlannedCall): RawCall {
  const query: string[] = call.device === null ? [] : [`d_uuid=${call.device}`];
  for (const { dataSourceId, id, state } of call.ids) {
    const stated = call.kind === "event" ? `%01${state}` : "";
    query.push(`d_cid=${dataSourceId}%01${id}${stated}`);
  }
  if (call.traits.length > 0) query.push(`c_t=${call.traits.join(",")}`);
  if (call.direct.length > 0) query.push(`d_sid=${call.direct.join(",")}`);
  const path = call.kind === "event" ? "/event" : `/dem${call.kind.replace("-", "")}`;
  if (call.kind === "event") query.push("d_cts=2", "d_rtbd=json");
  const { alias } = PARTNERS[call.pid - 1] ?? PARTNERS[0];
  return callOf(`${path}?${query.join("&")}`, { host: `${alias}.demdex.net` });
}

/** As histories show it. */
export function shownCall(call: PlannedCall): string {
  const ids = call.ids.map(({ dataSourceId, id, state }) => `${dataSourceId}:${id}/${state}`);
  const traits = [...call.traits, ...call.direct.map((sid) => `d_sid ${sid}`)];
  const whom = [call.device === null ? "no device" : `device ${Number(call.device)}`, ...ids];
  return `${call.kind} with ${call.pid} of ${whom.join(", ")}: ${traits.join(" ")}`;
}
