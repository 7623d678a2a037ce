// The desk of the management plane: what is in force as a view with everybody's records, and changes of single
// objects as publications.

import { numberKey } from "../../access/stored-values.ts";
import type { PlannedChange } from "../../admin/resources/change-resources.ts";
import type {
  Asker,
  ChangeOutcome,
  DefinitionDesk,
  TraitRuleVersion,
} from "../../admin/resources/definition-desk.ts";
import { DefinitionsView } from "../../admin/resources/definitions-view.ts";
import type { IdSpace, Refusal, ResourceContext } from "../../admin/resources/resource-kind.ts";
import { BUILT_IN_DATA_SOURCES } from "../../catalog/built-in-data-sources.ts";
import { LIST_IDS, type ListName } from "../../catalog/document-keys.ts";
import type { EditedObject } from "../../catalog/edits.ts";
import type { ControlRecord, ControlStore } from "../../control/control-store.ts";
import { type LastIds, MAPPING_SPACE, readLastIds, spaceOf } from "../../control/last-ids.ts";
import {
  MODEL_LIST,
  OBJECT_KIND,
  type ObjectRecord,
  objectId,
  readObjectRecords,
  readRuleVersions,
} from "../../control/object-records.ts";
import type { Result } from "../../model/result.ts";
import type { Publisher } from "./publisher.ts";

export interface DeskOptions {
  readonly publisher: Pick<Publisher, "current" | "currentDocument" | "edit">;
  readonly control: ControlStore;
  /** The platform domain. */
  readonly domain: string;
  /** Milliseconds since the epoch. */
  now(): number;
}

/** One revision with all that is known of its objects. */
interface Opened {
  readonly view: DefinitionsView;
  readonly records: Map<string, ObjectRecord>;
  /** Those of models. */
  readonly models: ReadonlyMap<number, ObjectRecord>;
  readonly lastIds: LastIds;
}

/** Of an object about which nothing is kept. */
const UNRECORDED: ObjectRecord = {
  ...{ createTime: null, updateTime: 0, crUID: 0, upUID: 0, version: 1 },
};
/** Of a user who was removed, and of a rule that was there before records were kept. */
const FORGOTTEN_USER = "Not Available";
/** Of a token that no user stands behind. */
const NO_USER = 0;
const BUILT_IN_IDS: ReadonlySet<number> = new Set(
  BUILT_IN_DATA_SOURCES.map(({ dataSourceId }) => dataSourceId),
);

export class PublishedDesk implements DefinitionDesk {
  readonly #options: DeskOptions;
  #opened: Opened | null = null;
  #opening: Promise<Opened> | null = null;

  constructor(options: DeskOptions) {
    this.#options = options;
  }

  async read(asker: Asker): Promise<ResourceContext> {
    return this.#contextOf(asker, await this.#open());
  }

  async change(
    asker: Asker,
    plan: (context: ResourceContext) => Result<PlannedChange, Refusal>,
  ): Promise<ChangeOutcome> {
    const { caller } = asker;
    let isOfObjects = true;
    const outcome = await this.#options.publisher.edit(
      async () => {
        const planned = plan(this.#contextOf(asker, await this.#open()));
        isOfObjects = planned.ok && planned.value.edits.every(({ kind }) => kind !== "settings");
        return planned;
      },
      { by: caller.name, caller },
    );
    if (outcome.kind !== "published") return outcome;
    const { revision, edited, records, target } = outcome;
    // Settings are read anew.
    if (isOfObjects) this.#follow(revision, edited, records);
    return { kind: "changed", context: await this.read(asker), target };
  }

  async traitRuleVersions({ sid }: { readonly sid: number }): Promise<readonly TraitRuleVersion[]> {
    const versions = await readRuleVersions(this.#options.control, sid);
    const users = new Set(versions.map(({ upUID }) => upUID).filter((id) => id !== NO_USER));
    const gone = new Set<number>();
    for (const id of users) {
      if ((await this.#options.control.read("user", numberKey(id))) === null) gone.add(id);
    }
    return versions.map(({ userName, ...version }) => ({
      ...version,
      userName: gone.has(version.upUID) ? FORGOTTEN_USER : (userName ?? FORGOTTEN_USER),
    }));
  }

  #contextOf({ caller, pid }: Asker, { view, records, models, lastIds }: Opened): ResourceContext {
    const { domain, now } = this.#options;
    const given = new Map<IdSpace, number>();
    return {
      ...{ view, pid, caller, models, domain, now: now() },
      recordOf: (list, id) => records.get(objectId(list, id)) ?? UNRECORDED,
      newId: (space) => {
        let id = (given.get(space) ?? greatestId({ view, models, lastIds }, space)) + 1;
        while (space === "dataSources" && BUILT_IN_IDS.has(id)) id++;
        given.set(space, id);
        return id;
      },
    };
  }

  /** Opened once a revision, however many ask at once. */
  async #open(): Promise<Opened> {
    const revision = this.#options.publisher.current?.revision ?? 0;
    if (this.#opened?.view.revision === revision) return this.#opened;
    this.#opening ??= this.#read().finally(() => {
      this.#opening = null;
    });
    const opened = await this.#opening;
    return opened.view.revision === revision ? opened : this.#open();
  }

  async #read(): Promise<Opened> {
    const { publisher, control } = this.#options;
    const revision = publisher.current?.revision ?? 0;
    const view = DefinitionsView.parse(revision, publisher.currentDocument());
    const [read, lastIds] = await Promise.all([readObjectRecords(control), readLastIds(control)]);
    const records = new Map(read);
    this.#opened = { view, records, models: modelsAmong(records), lastIds };
    return this.#opened;
  }

  /** What this node published itself need not be read again. */
  #follow(
    revision: number,
    edited: readonly EditedObject[],
    written: readonly ControlRecord[],
  ): void {
    const before = this.#opened;
    if (before === null || before.view.revision !== revision - 1) return;
    const { records } = before;
    const lastIds = new Map(before.lastIds);
    for (const { kind, id, value } of written) {
      if (kind === OBJECT_KIND) {
        if (value === null) records.delete(id);
        // What is written of an object is its record.
        else records.set(id, value as ObjectRecord);
      } else if (kind === "last-id" && typeof value === "number") lastIds.set(id, value);
    }
    const areModelsChanged = written.some(({ id }) => id.startsWith(MODEL_PREFIX));
    const models = areModelsChanged ? modelsAmong(records) : before.models;
    this.#opened = { view: before.view.after(revision, edited), records, models, lastIds };
  }
}

const MODEL_PREFIX = objectId(MODEL_LIST, 0).slice(0, -1);

function modelsAmong(records: ReadonlyMap<string, ObjectRecord>): Opened["models"] {
  const found = [...records].filter(([id]) => id.startsWith(MODEL_PREFIX));
  const byId = found.map(
    ([id, record]) => [Number(id.slice(MODEL_PREFIX.length)), record] as const,
  );
  return new Map(byId.sort(([one], [other]) => one - other));
}

/** Of the objects that there are, and of those that there were. */
function greatestId(
  { view, models, lastIds }: Pick<Opened, "view" | "models" | "lastIds">,
  space: IdSpace,
): number {
  let greatest = lastIds.get(space) ?? 0;
  if (space === MODEL_LIST) return Math.max(greatest, ...models.keys());
  // The table has a row for each list and nothing else.
  for (const list of Object.keys(LIST_IDS) as ListName[]) {
    if (spaceOf(list) !== space) continue;
    for (const item of view.workspace[list]) {
      greatest = Math.max(greatest, Number(Reflect.get(item, LIST_IDS[list])));
    }
  }
  if (space === "sid") {
    for (const { traitSid } of view.workspace.folders) greatest = Math.max(greatest, traitSid);
  }
  if (space === MAPPING_SPACE) {
    for (const { mappings } of view.workspace.destinations) {
      for (const { mappingId } of mappings) greatest = Math.max(greatest, mappingId);
    }
  }
  return greatest;
}
