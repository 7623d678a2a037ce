import { RE2JS } from "re2js";
import { err, ok, type Result } from "../../model/result.ts";

export interface Regex {
  /** Whether the whole value matches. */
  matches(value: string): boolean;
}

/** A pattern in Java's flavour, or a sentence on what is wrong with it. */
export function compileRegex(pattern: string): Result<Regex, string> {
  try {
    const compiled = RE2JS.compile(pattern);
    return ok({ matches: (value) => compiled.testExact(value) });
  } catch (error) {
    return err(`Found a regular expression that cannot be read: ${String(error)}.`);
  }
}
