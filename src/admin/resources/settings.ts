// The settings of the installation: one object, which is always there.

import { createHash } from "node:crypto";
import { err, ok, type Result } from "../../model/result.ts";
import type { PlannedChange } from "./change-resources.ts";
import { type Refusal, type ResourceContext, refusal } from "./resource-kind.ts";

const PLACE = "/settings";

export function settingsEtag({ view }: ResourceContext): string {
  const state = JSON.stringify(view.workspace.settings);
  return `"${createHash("sha256").update(state).digest("base64url").slice(0, 22)}"`;
}

/** A body is the whole of them: a setting that is left out has its default. */
export function planSettings(
  { body, ifMatch }: { readonly body: unknown; readonly ifMatch: string | null },
  context: ResourceContext,
): Result<PlannedChange, Refusal> {
  const etag = settingsEtag(context);
  if (!matches(ifMatch, etag)) {
    const detail = `They have changed since they were read: their ETag is ${etag}.`;
    return err(refusal("precondition-failed", detail));
  }
  return ok({
    edits: [{ kind: "settings", settings: body }],
    kept: [],
    target: null,
    explain: (faults) => {
      const own = faults.filter(({ at }) => at === PLACE || at.startsWith(`${PLACE}/`));
      if (own.length < faults.length) {
        const detail = "Nothing was changed: with these settings other definitions would not hold.";
        return refusal("conflict", detail, faults);
      }
      const placed = own.map((fault) => ({ ...fault, at: fault.at.slice(PLACE.length) }));
      return refusal("bad-request", "The settings are not as expected; nothing changed.", placed);
    },
  });
}

function matches(ifMatch: string | null, etag: string): boolean {
  if (ifMatch === null || ifMatch.trim() === "*") return true;
  return ifMatch.split(",").some((each) => each.trim() === etag);
}
