// From an unknown document to cases, or to everything that is wrong with it. Traits and segments may be named
// by ID or by name.

import type { Fault, Workspace } from "@dunlin/contract/workspace";
import type { AuthState } from "../model/identity.ts";
import { asPartnerId, asSegmentId, asTraitId, type DeviceId, parseDeviceId } from "../model/ids.ts";
import { err, invariant, ok, type Result } from "../model/result.ts";
import { DAY_MS } from "../model/time.ts";
import { CaseReader, type Given } from "./case-reader.ts";
import type { CaseId, CaseVisitor, Expectation, RuleCase, Step } from "./rule-case.ts";

/** The time of cases that name none: the same in every run. */
export const DEFAULT_NOW = Date.UTC(2026, 0, 31, 12);
const MAX_DAYS = 3_650;
const MAX_TIMES = 1_000;

const FILE_KEYS = ["partner", "now", "cases"];
const CASE_KEYS = [
  ...["name", "partner", "now", "device", "ids", "history", "signals", "sids", "expect"],
];
const STEP_KEYS = ["at", "daysAgo", "times", "device", "ids", "signals", "sids"];
const EXPECT_KEYS = ["at", "daysLater", "traits", "notTraits", "segments", "notSegments"];

export function readCases(
  input: unknown,
  workspace: Workspace,
): Result<readonly RuleCase[], readonly Fault[]> {
  const reader = new CaseReader();
  const file = reader.object(input, "", FILE_KEYS);
  if (file === undefined) return err(reader.faults);
  const given = file["cases"];
  if (!Array.isArray(given) || given.length === 0) {
    const code = given === undefined ? "E_MISSING_KEY" : "E_TYPE";
    reader.fault("/cases", code, "Expected a list of at least one case.");
    return err(reader.faults);
  }
  const cases = given.flatMap((each: unknown, index) => {
    const one = reader.object(each, `/cases/${index}`, CASE_KEYS);
    if (one === undefined) return [];
    return readCase({ ...pick(file, ["partner", "now"]), ...one }, `/cases/${index}`, {
      reader,
      workspace,
    });
  });
  return reader.faults.length > 0 ? err(reader.faults) : ok(cases);
}

interface Context {
  readonly reader: CaseReader;
  readonly workspace: Workspace;
}

function readCase(given: Given, at: string, context: Context): RuleCase[] {
  const { reader, workspace } = context;
  const name = reader.text(given["name"], `${at}/name`);
  const partner = workspace.partners.find(
    ({ pid, alias }) => pid === given["partner"] || isSameText(alias, given["partner"]),
  );
  if (partner === undefined) {
    reader.fault(`${at}/partner`, "E_UNKNOWN_REFERENCE", "Expected a partner, by PID or alias.");
  }
  const now = given["now"] === undefined ? DEFAULT_NOW : reader.time(given["now"], `${at}/now`);
  if (name === undefined || partner === undefined || now === undefined) return [];
  const visitor = readVisitor(given, at, { reader, fallback: ANYBODY });
  const history = reader
    .list(given["history"])
    .flatMap((one, index) => readStep(one, `${at}/history/${index}`, { reader, now, visitor }))
    .sort((one, other) => one.at - other.at);
  const hasCall = given["signals"] !== undefined || given["sids"] !== undefined;
  const last = hasCall
    ? { ...visitor, at: now, times: 1, ...readSignals(given, at, reader) }
    : null;
  const known = { ...context, pid: partner.pid, now, hasCall };
  const expectations = reader
    .list(given["expect"])
    .flatMap((one, index, { length }) =>
      readExpectation(one, length === 1 ? `${at}/expect` : `${at}/expect/${index}`, known),
    );
  if (expectations.length === 0 && reader.faults.length === 0) {
    reader.fault(`${at}/expect`, "E_MISSING_KEY", "Expected something that is to be so.");
  }
  return [{ name, partner: asPartnerId(partner.pid), now, history, last, visitor, expectations }];
}

interface StepContext {
  readonly reader: CaseReader;
  readonly now: number;
  readonly visitor: CaseVisitor;
}

function readStep(input: unknown, at: string, { reader, now, visitor }: StepContext): Step[] {
  const given = reader.object(input, at, STEP_KEYS);
  if (given === undefined) return [];
  const time = readMoment(given, at, { reader, now, relative: "daysAgo" });
  const times =
    given["times"] === undefined
      ? 1
      : reader.number(given["times"], `${at}/times`, { min: 1, max: MAX_TIMES });
  const who = readVisitor(given, at, { reader, fallback: visitor });
  const { signals, sids } = readSignals(given, at, reader);
  if (time === undefined || times === undefined) return [];
  if (time > now) reader.fault(at, "E_VALUE", "Expected a time before the case's own.");
  return [{ ...who, at: time, times, signals, sids }];
}

interface MomentContext {
  readonly reader: CaseReader;
  readonly now: number;
  readonly relative: "daysAgo" | "daysLater";
}

/** `at`, or so many days before or after the case's own time. */
function readMoment(given: Given, at: string, context: MomentContext): number | undefined {
  const { reader, now, relative } = context;
  if (given["at"] !== undefined) return reader.time(given["at"], `${at}/at`);
  if (given[relative] === undefined) {
    if (relative === "daysLater") return now;
    return reader.fault(at, "E_MISSING_KEY", `Expected "at" or "${relative}".`);
  }
  const days = reader.number(given[relative], `${at}/${relative}`, { min: 0, max: MAX_DAYS });
  if (days === undefined) return undefined;
  return now + (relative === "daysAgo" ? -days : days) * DAY_MS;
}

function readSignals(given: Given, at: string, reader: CaseReader): Pick<Step, "signals" | "sids"> {
  const sids = reader.list(given["sids"]).flatMap((sid, index) => {
    if (typeof sid === "number" && Number.isSafeInteger(sid) && sid > 0) return [sid];
    reader.fault(`${at}/sids/${index}`, "E_VALUE", "Expected the ID of a trait.");
    return [];
  });
  const map = given["signals"] ?? {};
  if (typeof map !== "object" || Array.isArray(map)) {
    reader.fault(
      `${at}/signals`,
      "E_TYPE",
      "Expected keys, each with a value or a list of values.",
    );
    return { signals: [], sids };
  }
  const signals = Object.entries(map).flatMap(([key, values]) =>
    // A key without a value is one with an empty value, as in a call.
    (Array.isArray(values) ? values : [values ?? ""]).flatMap((value: unknown) => {
      if (typeof value === "object") {
        reader.fault(
          `${at}/signals/${key}`,
          "E_TYPE",
          "Expected a text, a number or a list of them.",
        );
        return [];
      }
      return [[key, String(value)] as const];
    }),
  );
  return { signals, sids };
}

interface VisitorContext {
  readonly reader: CaseReader;
  readonly fallback: CaseVisitor;
}

function readVisitor(given: Given, at: string, { reader, fallback }: VisitorContext): CaseVisitor {
  const { device, ids } = given;
  const name =
    typeof device === "number" || device === undefined
      ? device
      : reader.text(device, `${at}/device`);
  return {
    device: name === undefined ? fallback.device : deviceNamed(String(name)),
    ids:
      ids === undefined
        ? fallback.ids
        : reader.list(ids).flatMap((id, index) => readId(id, `${at}/ids/${index}`, reader)),
  };
}

const STATES: Readonly<Record<string, AuthState>> = {
  ...{ unknown: 0, "logged-in": 1, "logged-out": 2 },
  ...{ 0: 0, 1: 1, 2: 2 },
};

function readId(input: unknown, at: string, reader: CaseReader): CaseId[] {
  const given = reader.object(input, at, ["source", "id", "state"]);
  if (given === undefined) return [];
  const { source, id } = given;
  const state = STATES[String(given["state"] ?? "unknown")];
  if (state === undefined) {
    reader.fault(`${at}/state`, "E_VALUE", "Expected unknown, logged-in or logged-out.");
  }
  const isSource = (typeof source === "number" && source > 0) || typeof source === "string";
  if (!isSource) {
    const message = "Expected a data source, by its ID or its integration code.";
    reader.fault(`${at}/source`, "E_UNKNOWN_REFERENCE", message);
  }
  const text = typeof id === "number" ? String(id) : reader.text(id, `${at}/id`);
  return state === undefined || text === undefined || !isSource
    ? []
    : [{ source, id: text, state }];
}

interface ExpectationContext extends Context {
  readonly pid: number;
  readonly now: number;
  readonly hasCall: boolean;
}

function readExpectation(input: unknown, at: string, context: ExpectationContext): Expectation[] {
  const { reader, workspace, pid, now, hasCall } = context;
  const given = reader.object(input, at, EXPECT_KEYS);
  if (given === undefined) return [];
  const time = readMoment(given, at, { reader, now, relative: "daysLater" });
  if (time === undefined) return [];
  if (time < now) reader.fault(at, "E_VALUE", "Expected a time from the case's own on.");
  const own = { segment: workspace.segments, trait: workspace.traits };
  const all = (kind: "segment" | "trait", key: string): readonly Named[] =>
    reader.list(given[key]).flatMap((one, index) => {
      const found = named(own[kind], pid, one);
      if (found.length === 1) return found;
      const count = found.length === 0 ? "no" : "more than one";
      const message = `Expected the ID or the name of a ${kind}: this partner has ${count} such ${kind}.`;
      reader.fault(`${at}/${key}/${index}`, "E_UNKNOWN_REFERENCE", message);
      return [];
    });
  const traits = [...all("trait", "traits"), ...all("trait", "notTraits")];
  if (traits.length > 0 && (!hasCall || time !== now)) {
    const message = hasCall
      ? "Traits are realized by the case's own call, at its own time."
      : "Expected the case to have signals or sids: traits are realized by its call.";
    reader.fault(at, "E_VALUE", message);
  }
  return (["segment", "trait"] as const).flatMap((kind) =>
    [true, false].flatMap((expected) =>
      all(kind, KEYS[kind][expected ? 0 : 1]).map(({ sid, name }): Expectation => {
        const what = { at: time, name, expected };
        return kind === "segment"
          ? { ...what, kind, sid: asSegmentId(sid) }
          : { ...what, kind, sid: asTraitId(sid) };
      }),
    ),
  );
}

const KEYS = {
  segment: ["segments", "notSegments"],
  trait: ["traits", "notTraits"],
} as const;

interface Named {
  readonly sid: number;
  readonly pid: number;
  readonly name: string;
}

function named(all: readonly Named[], pid: number, by: unknown): readonly Named[] {
  return all.filter((one) => one.pid === pid && (one.sid === by || one.name === by));
}

/** A device ID stands for itself, any other name for a device that is always the same. */
function deviceNamed(name: string): DeviceId {
  const given = parseDeviceId(name);
  if (given !== null) return given;
  let mixed = 7n;
  for (const character of name) {
    mixed =
      (mixed * 1_000_003n + BigInt(character.codePointAt(0) ?? 0)) % 1_000_000_000_000_000_003n;
  }
  const device = parseDeviceId(`${mixed}`.padStart(38, "0"));
  invariant(device !== null, "a name's device is written as a device is");
  return device;
}

const ANYBODY: CaseVisitor = { device: deviceNamed("a device"), ids: [] };

function isSameText(text: string, given: unknown): boolean {
  return typeof given === "string" && text.toLowerCase() === given.toLowerCase();
}

function pick(given: Given, keys: readonly string[]): Given {
  return Object.fromEntries(keys.filter((key) => key in given).map((key) => [key, given[key]]));
}
