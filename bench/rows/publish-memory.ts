// What definitions take in memory (docs/decisions/0011): in the thread that reads publications, in a worker that has
// compiled them whole, and what a step adds there, of one changed trait and of as many changes as a step may have.

import { PublicationSeries } from "../../src/admin/prepare-publication.ts";
import { type CompiledDefinitions, compileDefinitions } from "../../src/node/definitions.ts";
import { seededRandom } from "../../test/support/random.ts";
import { type Figure, type Row, side } from "../harness.ts";
import { heldBytes } from "../load/heap.ts";
import { type ShopSize, shopWorkspace } from "../load/shop.ts";

const SIZE: ShopSize = { traits: 100, segments: 20, idleTraits: 99_900, idleSegments: 19_980 };
const FEWER: ShopSize = { ...SIZE, idleTraits: 9_900, idleSegments: 1_980 };
const SECRET = new Uint8Array(32).fill(7);
/** A step may change as many traits; segments that name them would count as well. */
const MOST_CHANGES = 2_000;
const MEGABYTE = 1_000_000;

interface Document {
  readonly traits: { sid: number; traitRule: string }[];
}

export const PUBLISH_MEMORY_ROW: Row = {
  name: "publish_memory",
  run: async ({ quick, progress }) => {
    const size = quick ? FEWER : SIZE;
    const traits = size.traits + size.idleTraits;
    const document: Document = Object(shopWorkspace(seededRandom(2), size));
    const figure = (name: string, bytes: number): Figure => ({
      row: `publish_memory.${name}`,
      ...{ value: bytes / MEGABYTE, unit: "MB", better: "lower" as const },
      sides: { held: side([bytes / MEGABYTE], "MB") },
      note: `${traits} traits and ${size.segments + size.idleSegments} segments`,
    });

    progress("reading a document");
    const series = new PublicationSeries();
    const beforeThread = heldBytes();
    const base = publish(series, document, 1);
    // The text that is stored is handed on; that of the base is kept for workers to come.
    const thread = heldBytes() - beforeThread - base.document.length;
    progress("compiling it");
    const beforeBase = heldBytes();
    const compiled = compileDefinitions({
      definitions: { revision: 1, baseId: base.baseId, workspace: base.workspace, step: null },
      ...{ secret: SECRET, previous: null },
    });
    const whole = heldBytes() - beforeBase;
    const figures = [figure("thread", thread), figure("base", whole)];
    for (const changes of [1, MOST_CHANGES]) {
      progress(`a step of ${changes}`);
      figures.push(figure(`step_${changes}`, stepBytes(compiled, { series, document, changes })));
    }
    return figures;
  },
};

let lastId = 1;

function publish(series: PublicationSeries, document: Document, id: number) {
  const before = id === 1 ? null : ({ kind: "known", id: 1 } as const);
  const text = JSON.stringify(document);
  const prepared = series.prepare({ text, format: "json", id, before });
  if (!prepared.ok) throw new Error(`The document is refused: ${JSON.stringify(prepared.error)}`);
  return prepared.value;
}

/** What a worker holds more once it has taken a step from the base. */
function stepBytes(
  previous: CompiledDefinitions,
  { series, document, changes }: { series: PublicationSeries; document: Document; changes: number },
): number {
  const traits = document.traits.map((trait, place) =>
    place >= document.traits.length - changes
      ? { ...trait, traitRule: `changed == "${place % 500}"` }
      : trait,
  );
  const { baseId, step } = publish(series, { ...document, traits }, ++lastId);
  if (step === null) throw new Error(`${changes} changes are no step.`);
  // As it arrives at a worker.
  const arrived = structuredClone(step);
  const before = heldBytes();
  const definitions = { revision: lastId, baseId, workspace: null, step: arrived };
  const stepped = compileDefinitions({ definitions, secret: SECRET, previous });
  const held = heldBytes() - before;
  // Alive until here, or it would not have been counted.
  if (stepped.catalog.revision !== lastId) throw new Error("Another revision was compiled.");
  return held;
}
