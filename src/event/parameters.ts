import { percentDecode } from "./percent.ts";

/**
 * The parameters of a call in their order, query before body. Names are decoded; a value is decoded
 * when it is asked for, since most calls carry values that no rule wants.
 */
export class Parameters {
  readonly names: string[] = [];
  readonly #values: string[] = [];

  /**
   * Adds the pairs of a query or a form body: split at `&`, then at the first `=`, and only then
   * decoded, so that an encoded `&` never splits ("DCS and visitor-ID service", Parsing). The octets
   * should have passed `findBadPercent`: a bad `%` decodes to something, never to a fault.
   */
  add(octets: string): void {
    let start = 0;
    while (start < octets.length) {
      let end = octets.indexOf("&", start);
      if (end === -1) end = octets.length;
      if (end > start) this.#addPair(octets.slice(start, end));
      start = end + 1;
    }
  }

  get count(): number {
    return this.names.length;
  }

  valueAt(index: number): string {
    return percentDecode(this.#values[index] ?? "");
  }

  #addPair(pair: string): void {
    const equals = pair.indexOf("=");
    this.names.push(percentDecode(equals === -1 ? pair : pair.slice(0, equals)));
    this.#values.push(equals === -1 ? "" : pair.slice(equals + 1));
  }
}
