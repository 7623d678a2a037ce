// Derived signals: a pair that a call carries stands for other pairs as well.

import type { DerivedSignalDefinition } from "@dunlin/contract/workspace";

/** A source pair's targets: key and value, folded as the partner's signals are. */
export interface DerivedTarget {
  readonly key: string;
  readonly value: string;
  readonly folded: string;
}

/** Targets by folded source key, then by folded source value. */
export type DerivedSignals = ReadonlyMap<string, ReadonlyMap<string, readonly DerivedTarget[]>>;

export function indexDerivedSignals(
  definitions: readonly DerivedSignalDefinition[],
  foldText: (text: string) => string,
): DerivedSignals {
  const byKey = new Map<string, Map<string, DerivedTarget[]>>();
  for (const definition of definitions) {
    const key = foldText(definition.sourceKey);
    const byValue = byKey.get(key) ?? new Map<string, DerivedTarget[]>();
    byKey.set(key, byValue);
    const value = foldText(definition.sourceValue);
    const targets = byValue.get(value) ?? [];
    byValue.set(value, targets);
    targets.push({
      key: foldText(definition.targetKey),
      value: definition.targetValue,
      folded: foldText(definition.targetValue),
    });
  }
  return byKey;
}
