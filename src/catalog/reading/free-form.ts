// Values that are kept as they were written, without knowing what they mean: a copy, of bounded depth
// and size, that holds nothing but JSON.

import { CATALOG_LIMITS } from "../limits.ts";
import { isObject } from "./objects.ts";
import { quote, type Reading } from "./reading.ts";
import { wrongType } from "./values.ts";

export class FreeFormCopier {
  #valuesLeft: number = CATALOG_LIMITS.freeFormValues;

  /** Copies keys and values into one object. */
  copyKeys(
    entries: readonly (readonly [string, unknown])[],
    reading: Reading,
    levelsLeft: number = CATALOG_LIMITS.freeFormDepth,
  ): Record<string, unknown> {
    const copy: Record<string, unknown> = {};
    for (const [name, value] of entries) {
      if (this.#valuesLeft < 0) break;
      reading.enter(name);
      // Setting this key would change what kind of object the copy is.
      if (name === "__proto__")
        reading.fault("E_UNKNOWN_KEY", `The key ${quote(name)} is refused.`);
      else copy[name] = this.#copy(value, reading, levelsLeft);
      reading.leave();
    }
    return copy;
  }

  /** The copy, or undefined where a fault was noted. */
  #copy(input: unknown, reading: Reading, levelsLeft: number): unknown {
    this.#valuesLeft -= 1;
    if (this.#valuesLeft < 0) return this.#tooMuch(reading);
    if (input === null || typeof input === "string" || typeof input === "boolean") return input;
    if (typeof input === "number") return this.#copyNumber(input, reading);
    if (levelsLeft === 0) return this.#tooMuch(reading);
    if (Array.isArray(input)) return this.#copyList(input, reading, levelsLeft - 1);
    if (isObject(input)) return this.copyKeys(Object.entries(input), reading, levelsLeft - 1);
    return wrongType(input, "a value that JSON can hold", reading);
  }

  #copyNumber(input: number, reading: Reading): number | undefined {
    if (Number.isFinite(input)) return input;
    reading.fault("E_VALUE", `Found ${input}; expected a finite number.`);
    return undefined;
  }

  #copyList(input: readonly unknown[], reading: Reading, levelsLeft: number): unknown[] {
    const items: unknown[] = [];
    for (const [index, item] of input.entries()) {
      if (this.#valuesLeft < 0) break;
      reading.enter(index);
      items.push(this.#copy(item, reading, levelsLeft));
      reading.leave();
    }
    return items;
  }

  #tooMuch(reading: Reading): undefined {
    const { freeFormDepth, freeFormValues } = CATALOG_LIMITS;
    const message = `At most ${freeFormDepth} levels and ${freeFormValues} values are kept here.`;
    reading.fault("E_LIMIT", message);
    return undefined;
  }
}
