// What an import has to say of what it read: nothing is left out or assumed in silence.

/**
 * `lost`: something that mattered elsewhere is not in the workspace, or is there with a guess in its place.
 * `assumed`: a default that no file gave. `ignored`: bookkeeping, which has no place in a workspace.
 */
export type NoteKind = "lost" | "assumed" | "ignored";

export interface ImportNote {
  readonly kind: NoteKind;
  /** The name of the file; "" where it is about no single one. */
  readonly file: string;
  /** Such as `trait 5003 "Blue"`; "" where it is about no single object. */
  readonly object: string;
  /** The keys that it is about; none where it is about all of the object. */
  readonly keys: readonly string[];
  /** A sentence. */
  readonly reason: string;
  /** Of how many objects it is true; the one named is the first. */
  readonly count: number;
}

/** Where something was read. */
export interface Origin {
  readonly file: string;
  readonly object: string;
}

interface Repeated {
  readonly note: ImportNote;
  readonly origins: Set<Origin>;
  readonly keys: Set<string>;
}

export class ImportNotes {
  readonly #notes: ImportNote[] = [];
  readonly #repeated = new Map<string, Repeated>();

  add(kind: NoteKind, { file, object }: Origin, reason: string): void {
    this.#notes.push({ kind, file, object, keys: [], reason, count: 1 });
  }

  /** What is true of many objects of a file in the same words is one note, with the first of them. */
  addRepeated(kind: NoteKind, origin: Origin, reason: string): void {
    this.#repeat({ kind, origin, reason, scope: origin.file });
  }

  /** The same for keys; of what is only ignored there is one note for all files. */
  addKey(kind: NoteKind, origin: Origin, { key, reason }: { key: string; reason: string }): void {
    this.#repeat({ kind, origin, reason, scope: kind === "ignored" ? "" : origin.file, key });
  }

  /** What is lost first, then what is assumed, then what is ignored. */
  list(): readonly ImportNote[] {
    const repeated = [...this.#repeated.values()].map(({ note, origins, keys }) => {
      return { ...note, keys: [...keys], count: origins.size };
    });
    const all = [...this.#notes, ...repeated];
    return (["lost", "assumed", "ignored"] as const).flatMap((kind) =>
      all.filter((note) => note.kind === kind),
    );
  }

  #repeat(said: {
    readonly kind: NoteKind;
    readonly origin: Origin;
    readonly reason: string;
    readonly scope: string;
    readonly key?: string;
  }): void {
    const { kind, origin, reason, scope, key } = said;
    const id = JSON.stringify([kind, scope, reason, key !== undefined]);
    const { file, object } = origin;
    const fresh = { kind, file, object, keys: [], reason, count: 1 };
    const known = this.#repeated.get(id) ?? { note: fresh, origins: new Set(), keys: new Set() };
    this.#repeated.set(id, known);
    known.origins.add(origin);
    if (key !== undefined && known.keys.size < MAX_KEYS) known.keys.add(key.slice(0, KEY_LENGTH));
  }
}

/** Names that a note lists; there may be any number of unknown ones. */
const MAX_KEYS = 50;
const KEY_LENGTH = 60;

/** A note as a line for people. */
export function noteLine({ kind, file, object, keys, reason, count }: ImportNote): string {
  const others = count > 1 ? ` and ${count - 1} more` : "";
  const where = [file, `${object}${others}`].filter((part) => part !== "").join(": ");
  const named = keys.length === 0 ? "" : `${keys.map((key) => JSON.stringify(key)).join(", ")}: `;
  return `${where === "" ? "" : `${where}: `}${kind}: ${named}${reason}`;
}
