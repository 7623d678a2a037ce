// Who is linked to whom, as the model knows it: one list of links, looked at from both ends ("Audience
// model", Which profile is written, and its limits).

import { DAY_MS, endOf } from "./history-of-traits.ts";

export type State = 0 | 1 | 2;

export interface ModelLink {
  readonly device: string;
  /** Data source and ID: `11:jane`. */
  readonly declared: string;
  readonly state: State;
  readonly lastSync: number;
  /** Counts arrivals: of equal times the later arrival is the later. */
  readonly syncPlace: number;
  readonly lastAuth: number | null;
  readonly authPlace: number;
}

export interface DeviceLinks {
  readonly lastSeen: number;
  readonly links: readonly ModelLink[];
}

export const NO_LINKS: DeviceLinks = { lastSeen: 0, links: [] };

export interface Named {
  readonly device: string;
  readonly declared: string;
  readonly state: State;
  readonly at: number;
}

const LIFE_DAYS = 120;
const MOST_DEVICES = 100;
const MOST_OF_A_SOURCE = 10;
const MOST_COOKIES = 1_000;

export function sourceOfDeclared(declared: string): number {
  return Number(declared.slice(0, declared.indexOf(":")));
}

export function isLive(link: ModelLink, lastSeen: number, now: number): boolean {
  return now < endOf(Math.max(link.lastSync, lastSeen), LIFE_DAYS);
}

/** The most recently synced first. */
export function bySync(a: ModelLink, b: ModelLink): number {
  return b.lastSync - a.lastSync || b.syncPlace - a.syncPlace;
}

/** Who was last logged in; where nobody ever was, who was last synced. */
export function lastLogin(
  { links, lastSeen }: DeviceLinks,
  dataSourceId: number,
  now: number,
): ModelLink | null {
  const live = links.filter(
    (link) => sourceOfDeclared(link.declared) === dataSourceId && isLive(link, lastSeen, now),
  );
  const loggedIn = live.filter(({ lastAuth }) => lastAuth !== null);
  const [last] =
    loggedIn.length > 0
      ? loggedIn.toSorted(
          (a, b) => (b.lastAuth ?? 0) - (a.lastAuth ?? 0) || b.authPlace - a.authPlace,
        )
      : live.toSorted(bySync);
  return last ?? null;
}

/** The device with a link more, or another state of one. */
export function afterNaming(before: DeviceLinks, named: Named, place: number): DeviceLinks {
  const alive = before.links.filter((link) => isLive(link, before.lastSeen, named.at));
  const known = alive.find(({ declared }) => declared === named.declared);
  const others = alive.filter((link) => link !== known);
  const ofSource = [...others, namedLink(known, named, place)].toSorted(bySync);
  const source = sourceOfDeclared(named.declared);
  const most = COOKIE_SOURCES.has(source) ? MOST_COOKIES : MOST_OF_A_SOURCE;
  let counted = 0;
  const links = ofSource.filter(
    ({ declared }) => sourceOfDeclared(declared) !== source || ++counted <= most,
  );
  return { lastSeen: links.length === 0 ? 0 : before.lastSeen, links };
}

function namedLink(known: ModelLink | undefined, named: Named, place: number): ModelLink {
  const { device, declared, state, at } = named;
  const isLogin = state === 1;
  if (known === undefined) {
    const login = isLogin ? { lastAuth: at, authPlace: place } : { lastAuth: null, authPlace: 0 };
    return { device, declared, state, lastSync: at, syncPlace: place, ...login };
  }
  const synced = at >= known.lastSync ? { state, lastSync: at, syncPlace: place } : {};
  const isLast = isLogin && at >= (known.lastAuth ?? 0);
  return { ...known, ...synced, ...(isLast ? { lastAuth: at, authPlace: place } : {}) };
}

export function afterSeeing(before: DeviceLinks, at: number): DeviceLinks {
  const links = before.links.filter((link) => isLive(link, before.lastSeen, at));
  return { links, lastSeen: links.length === 0 ? 0 : Math.max(before.lastSeen, at) };
}

const COOKIE_SOURCES: ReadonlySet<number> = new Set([10, 13, 20]);

export class ModelLinks {
  readonly #devices = new Map<string, DeviceLinks>();
  readonly #declared = new Map<string, readonly ModelLink[]>();
  #place = 0;

  ofDevice(device: string): DeviceLinks {
    return this.#devices.get(device) ?? NO_LINKS;
  }

  /** The most recently synced first. */
  ofDeclared(declared: string): readonly ModelLink[] {
    return this.#declared.get(declared) ?? [];
  }

  name(named: Named): void {
    this.#place += 1;
    this.#put(named.device, afterNaming(this.ofDevice(named.device), named, this.#place));
    const most = COOKIE_SOURCES.has(sourceOfDeclared(named.declared)) ? MOST_COOKIES : MOST_DEVICES;
    for (const { device } of this.ofDeclared(named.declared).slice(most)) {
      const { lastSeen, links } = this.ofDevice(device);
      const left = links.filter(({ declared }) => declared !== named.declared);
      this.#put(device, { links: left, lastSeen: left.length === 0 ? 0 : lastSeen });
    }
  }

  see(device: string, at: number): void {
    this.#put(device, afterSeeing(this.ofDevice(device), at));
  }

  #put(device: string, after: DeviceLinks): void {
    const before = this.ofDevice(device);
    this.#devices.set(device, after);
    for (const declared of new Set([...before.links, ...after.links].map((one) => one.declared))) {
      const others = this.ofDeclared(declared).filter((link) => link.device !== device);
      const ours = after.links.filter((link) => link.declared === declared);
      this.#declared.set(declared, [...others, ...ours].toSorted(bySync));
    }
  }
}

/** Lives count days: of one day every time is as good as another. */
export function dayOf(time: number): number {
  return Math.floor(time / DAY_MS);
}
