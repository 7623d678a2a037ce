import type { DcsOutcome, Signal } from "./dcs-client.ts";
import type { Html } from "./html.ts";
import type { Memory } from "./memory.ts";
import type { Experience } from "./personalise.ts";

/** All that a page is written from. */
export interface View {
  readonly memory: Memory;
  readonly experience: Experience;
  /** Null where the page is of no interest to anybody, and no call was made. */
  readonly outcome: DcsOutcome | null;
}

export interface Page {
  readonly status: 200 | 404;
  readonly title: string;
  /** What the page view tells the DCS; empty: nothing, and no call is made. */
  readonly signals: readonly Signal[];
  body(view: View): Html;
}
