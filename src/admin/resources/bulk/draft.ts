// Definitions that grow change by change while a sheet is planned: each row sees what the rows before it would
// do, and all of them are published together.

import { LIST_IDS, type ListName } from "../../../catalog/document-keys.ts";
import type { DefinitionEdit } from "../../../catalog/edits.ts";
import { MODEL_LIST, type ObjectRecord, objectId } from "../../../control/object-records.ts";
import type { KeptKeys, PlannedChange } from "../change-resources.ts";
import { type Defined, DefinitionsView } from "../definitions-view.ts";
import type { ResourceContext } from "../resource-kind.ts";

export class Draft {
  /** For the next row. */
  readonly context: ResourceContext;
  readonly #edits: DefinitionEdit[] = [];
  readonly #kept = new Map<string, KeptKeys>();
  readonly #view: DraftView;

  readonly #models: Map<number, ObjectRecord>;

  constructor(before: ResourceContext) {
    this.#view = new DraftView(before.view);
    this.#models = new Map(before.models);
    this.context = {
      ...before,
      view: this.#view,
      models: this.#models,
      recordOf: (list, id) => {
        const record = before.recordOf(list, id);
        const own = this.#kept.get(objectId(list, id));
        return own === undefined ? record : { ...record, kept: own.kept };
      },
    };
  }

  take({ edits, kept }: PlannedChange): void {
    for (const edit of edits) this.#view.edit(edit);
    for (const each of kept) {
      this.#kept.set(objectId(each.list, each.id), each);
      if (each.list === MODEL_LIST) this.#keepModel(each);
    }
    this.#edits.push(...edits);
  }

  #keepModel({ list, id, kept, isGone }: KeptKeys): void {
    if (isGone) this.#models.delete(id);
    else this.#models.set(id, { ...this.context.recordOf(list, id), kept });
  }

  /** Everything that was taken, as one change. Of edits of one object the last counts. */
  changes(): Pick<PlannedChange, "edits" | "kept"> {
    return { edits: this.#edits, kept: [...this.#kept.values()] };
  }
}

type Lists = { -readonly [Name in ListName]: Defined<Name>[] };

/** Edited objects stand in it as they were planned: the document fills their defaults in later. */
class DraftView extends DefinitionsView {
  readonly #lists: Partial<Lists>;
  readonly #byId = new Map<ListName, Map<number, object>>();

  constructor(before: DefinitionsView) {
    const lists = { ...before.workspace };
    super(before.revision, lists);
    // The same object as the workspace of this view: a list is copied when the first edit comes.
    this.#lists = lists as unknown as Partial<Lists>;
  }

  override find<Name extends ListName>(list: Name, id: number): Defined<Name> | undefined {
    const own = this.#byId.get(list);
    // What a list holds is found by its own name.
    return own === undefined ? super.find(list, id) : (own.get(id) as Defined<Name> | undefined);
  }

  edit(edit: DefinitionEdit): void {
    if (edit.kind === "settings") return;
    const { list, id } = edit;
    const { items, byId } = this.#own(list);
    const before = byId.get(id);
    const place = before === undefined ? items.length : items.indexOf(before);
    if (edit.kind === "put") {
      items[place] = edit.item;
      byId.set(id, edit.item);
    } else {
      if (before !== undefined) items.splice(place, 1);
      byId.delete(id);
    }
  }

  #own(list: ListName): { readonly items: object[]; readonly byId: Map<number, object> } {
    const known = this.#byId.get(list);
    // Lists of objects, whatever their objects are.
    if (known !== undefined) return { items: this.#lists[list] as object[], byId: known };
    const items: object[] = [...this.workspace[list]];
    const byId = new Map(items.map((item) => [Number(Reflect.get(item, LIST_IDS[list])), item]));
    Object.assign(this.#lists, { [list]: items });
    this.#byId.set(list, byId);
    return { items, byId };
  }
}
