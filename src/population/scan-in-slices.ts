import type { ScannedProfiles, VisitRecord } from "../profiles/profile-scan.ts";
import { PageCopy } from "./page-copy.ts";
import type { CountWorld } from "./population.ts";

/** A millisecond or two of work, of which nothing is kept. */
const RECORDS_A_SLICE = 128;

export interface Slices {
  readonly visit: VisitRecord;
  /** After some records. */
  endSlice(): Promise<void>;
  readonly onProgress: CountWorld["onProgress"];
}

/** Looks at all profiles of a kind, letting others go first after each slice; gives how many there were. */
export async function scanInSlices(
  of: ScannedProfiles,
  world: Pick<CountWorld, "store" | "pause" | "signal">,
  { visit, endSlice, onProgress }: Slices,
): Promise<number> {
  const copy = new PageCopy();
  let visited = 0;
  let share = 0;
  let from = null;
  do {
    const page = await world.store.scan.next(of, from, copy.add);
    for (let first = 0; first < copy.count; first += RECORDS_A_SLICE) {
      const end = Math.min(first + RECORDS_A_SLICE, copy.count);
      for (let place = first; place < end; place++) visit(copy.recordAt(place));
      await endSlice();
      await world.pause();
      world.signal.throwIfAborted();
    }
    copy.empty();
    visited += page.visited;
    share = Math.min(1, share + page.share);
    from = page.next;
    onProgress(from === null ? 1 : share, visited);
    await world.pause();
    world.signal.throwIfAborted();
  } while (from !== null);
  return visited;
}
