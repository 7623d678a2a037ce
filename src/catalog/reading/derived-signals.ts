// Derived signals: a pair that a call carries stands for another pair as well.

import type { DerivedSignalDefinition } from "@dunlin/contract/workspace";
import { fold } from "../../model/signal.ts";
import { CATALOG_LIMITS } from "../limits.ts";
import type { Drafts } from "./drafts.ts";
import { type Draft, type Keys, objectOf, optional, required } from "./objects.ts";
import type { Reading } from "./reading.ts";
import { checkPartnerExists, PartnerCount } from "./references.ts";
import type { Registers } from "./registers.ts";
import { looseCode } from "./spellings.ts";
import { id, text } from "./values.ts";

const MAX = CATALOG_LIMITS.derivedSignalTextLength;
const keyText = text({ min: 1, max: MAX });
const valueText = text({ max: MAX });

const DERIVED_SIGNAL_KEYS: Keys<DerivedSignalDefinition> = {
  derivedSignalId: required(id),
  pid: required(id),
  sourceKey: required(keyText),
  sourceValue: required(valueText),
  targetKey: required(keyText),
  targetValue: required(valueText),
  integrationCode: optional(looseCode, null),
};

export const readDerivedSignal = objectOf(DERIVED_SIGNAL_KEYS);

export function checkDerivedSignals(drafts: Drafts, registers: Registers, reading: Reading): void {
  const counts = new PartnerCount("derived signals", CATALOG_LIMITS.derivedSignalsPerPartner);
  const mappings = new Set<string>();
  for (const [index, signal] of drafts.derivedSignals.entries()) {
    if (signal === undefined) continue;
    const place = ["derivedSignals", index] as const;
    const { pid } = signal;
    counts.add(pid, place, reading);
    checkPartnerExists(registers.partners, { place: [...place, "pid"], pid }, reading);
    const texts = textsOf(signal);
    if (texts === null) continue;
    const isCaseSensitive =
      pid !== undefined && registers.partners.get(pid)?.caseSensitiveTraits === true;
    if (standsForItself(texts, isCaseSensitive)) {
      const message = "The target is the source itself; expected another key or value.";
      reading.faultAt([...place, "targetValue"], "E_VALUE", message);
    }
    const mapping = JSON.stringify([pid, ...texts]);
    if (mappings.has(mapping)) {
      const message = "The same source and target stand together already; expected them once.";
      reading.faultAt(place, "E_DUPLICATE_ID", message);
    }
    mappings.add(mapping);
  }
}

type Texts = readonly [
  sourceKey: string,
  sourceValue: string,
  targetKey: string,
  targetValue: string,
];

function textsOf(signal: Draft<DerivedSignalDefinition>): Texts | null {
  const { sourceKey, sourceValue, targetKey, targetValue } = signal;
  if (sourceKey === undefined || sourceValue === undefined) return null;
  if (targetKey === undefined || targetValue === undefined) return null;
  return [sourceKey, sourceValue, targetKey, targetValue];
}

function standsForItself(texts: Texts, isCaseSensitive: boolean): boolean {
  const [sourceKey, sourceValue, targetKey, targetValue] = isCaseSensitive
    ? texts
    : texts.map(fold);
  return sourceKey === targetKey && sourceValue === targetValue;
}
