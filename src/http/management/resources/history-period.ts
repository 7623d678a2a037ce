import { type Query, QueryReading } from "../../../admin/resources/list-options.ts";

/** What a history of files may be asked for: both ends of a time, in milliseconds since the epoch, are required. */
export function readHistoryQuery(query: Query): QueryReading {
  const reading = new QueryReading(query);
  const range = { min: 0, max: Number.MAX_SAFE_INTEGER };
  const [start, end] = ["startDate", "endDate"].map((name) => {
    const isThere = reading.text(name) !== null;
    if (isThere) return reading.count(name, range);
    return reading.fault(name, "milliseconds since the epoch");
  });
  const isBackwards = typeof start === "number" && typeof end === "number" && end < start;
  if (isBackwards) reading.fault("endDate", "a time that is not before `startDate`");
  return reading;
}
