// What changes on the pages for whom. Each place of the site has variants in order of precedence; the
// first whose segment the visitor is in wins, and nobody's segment means the neutral page. An answer
// that did not come is no segments: the same neutral page.

import type { Hero, Link, Membership, Offer, Picks } from "./places.ts";

/** IDs of the segments in `workspace.yaml` that this site knows. */
export const SEGMENTS = {
  shoppingForRunningShoes: 6001,
  drawnToTheHills: 6002,
  looksAtTheBest: 6003,
  looksForABargain: 6004,
  leftABasketBehind: 6005,
  customers: 6006,
  comesBack: 6007,
  trainsForARace: 6008,
  readsUsWithoutTheLetter: 6011,
  wantsIn: 6012,
  members: 6013,
} as const;

/** Everything on the site that is not the same for everybody. */
export interface Experience {
  readonly hero: Hero;
  readonly offer: Offer;
  readonly picks: Picks;
  readonly reminder: Link | null;
  /** Label of the button that puts running shoes into the basket. */
  readonly runningShoeButton: string;
  /** Whether the journal asks loudly to read the letter. */
  readonly invitesToLetter: boolean;
  readonly membership: Membership;
  readonly changes: readonly Change[];
}

/** One difference to the neutral site, and the segment that made it. */
export interface Change {
  readonly segment: number;
  readonly place: string;
  readonly what: string;
}

interface Variant<T> {
  readonly segment: number;
  /** What a visitor of the segment sees, in words for the panel. */
  readonly what: string;
  readonly value: T;
}

export function personalise(segments: readonly number[]): Experience {
  const changes: Change[] = [];
  const choose = <T>(place: string, neutral: T, variants: readonly Variant<T>[]): T => {
    const chosen = variants.find((variant) => segments.includes(variant.segment));
    if (chosen === undefined) return neutral;
    changes.push({ segment: chosen.segment, place, what: chosen.what });
    return chosen.value;
  };
  return {
    hero: choose("Landing page", NEUTRAL_HERO, HEROES),
    offer: choose("Offer, on every page", NEUTRAL_OFFER, OFFERS),
    picks: choose("Landing page, products", NEUTRAL_PICKS, PICKS),
    reminder: choose("Landing page and journal", null, REMINDERS),
    runningShoeButton: choose("Product pages of running shoes", "Add to basket", [
      {
        segment: SEGMENTS.shoppingForRunningShoes,
        what: "The button says that socks come with the shoes.",
        value: "Add, with free socks",
      },
    ]),
    invitesToLetter: choose("Journal", false, [
      {
        segment: SEGMENTS.readsUsWithoutTheLetter,
        what: "Articles end with an invitation to the letter.",
        value: true,
      },
    ]),
    membership: choose("Journal, membership", NEUTRAL_MEMBERSHIP, MEMBERSHIPS),
    changes,
  };
}

const NEUTRAL_HERO: Hero = {
  scene: "shore",
  eyebrow: "Tideline, outfitters of the edge",
  headline: "For where the land runs out.",
  text: "Shoes, shells and small comforts for shores and hills, and a journal for the evenings after.",
  action: { label: "Browse the shop", href: "/#shop" },
};

const HEROES: readonly Variant<Hero>[] = [
  {
    segment: SEGMENTS.shoppingForRunningShoes,
    what: "Opens with running shoes, and its button leads to them.",
    value: {
      scene: "run",
      eyebrow: "For your next run",
      headline: "The right shoe is the one you forget.",
      text: "Three pairs, from the daily mile to the start line. Send back what does not fit, muddy if need be.",
      action: { label: "Find my running shoes", href: "/c/running-shoes" },
    },
  },
  {
    segment: SEGMENTS.drawnToTheHills,
    what: "Opens with the hills.",
    value: {
      scene: "hills",
      eyebrow: "Up there",
      headline: "The hill is open. It is always open.",
      text: "Grip for wet rock, and shells for weather that comes in sideways.",
      action: { label: "Kit for the hills", href: "/c/trail-shoes" },
    },
  },
  {
    segment: SEGMENTS.customers,
    what: "Thanks the customer, and sells nothing for once.",
    value: {
      scene: "shore",
      eyebrow: "Thank you for your order",
      headline: "Now get them dirty.",
      text: "And afterwards rinse off the salt. We wrote down what else makes them last.",
      action: { label: "How to make them last", href: "/journal/shoes-for-sand" },
    },
  },
];

const NEUTRAL_OFFER: Offer = { text: "Free delivery over £50.", action: null };

const OFFERS: readonly Variant<Offer>[] = [
  {
    segment: SEGMENTS.shoppingForRunningShoes,
    what: "Merino socks as a gift with running shoes.",
    value: {
      text: "This week: a pair of merino socks, free with any running shoe.",
      action: { label: "Choose a pair", href: "/c/running-shoes" },
    },
  },
  {
    segment: SEGMENTS.looksAtTheBest,
    what: "A fitting by appointment.",
    value: {
      text: "Our best deserve a fitting: half an hour, by appointment, free.",
      action: { label: "See the Squall Shell", href: "/p/RJ-301" },
    },
  },
  {
    segment: SEGMENTS.looksForABargain,
    what: "What costs little.",
    value: {
      text: "Good things that cost little, from £16.",
      action: { label: "Small things", href: "/c/small-things" },
    },
  },
  {
    segment: SEGMENTS.comesBack,
    what: "Free delivery for a visitor who came back.",
    value: { text: "Good to see you again. Delivery is on us today.", action: null },
  },
];

const NEUTRAL_PICKS: Picks = {
  title: "Good company",
  skus: ["RS-101", "RJ-302", "PK-401", "ST-502"],
};

const PICKS: readonly Variant<Picks>[] = [
  {
    segment: SEGMENTS.trainsForARace,
    what: "Products for race day come first.",
    value: { title: "For the start line", skus: ["RS-103", "RS-102", "ST-501", "ST-502"] },
  },
  {
    segment: SEGMENTS.drawnToTheHills,
    what: "Products for the hills come first.",
    value: { title: "For higher ground", skus: ["TS-201", "TS-202", "RJ-301", "PK-401"] },
  },
  {
    segment: SEGMENTS.shoppingForRunningShoes,
    what: "Running shoes come first.",
    value: { title: "Picked for your next run", skus: ["RS-101", "RS-102", "RS-103", "ST-502"] },
  },
  {
    segment: SEGMENTS.looksForABargain,
    what: "Products under £60 come first.",
    value: { title: "Good for less", skus: ["ST-502", "ST-501", "RJ-302", "PK-401"] },
  },
];

const REMINDERS: readonly Variant<Link | null>[] = [
  {
    segment: SEGMENTS.leftABasketBehind,
    what: "Reminds of the basket.",
    value: { label: "Your basket is where you left it. Finish the order", href: "/basket" },
  },
];

const NEUTRAL_MEMBERSHIP: Membership = {
  kind: "offer",
  text: "Members read everything, for £3 a month.",
  button: "Become a member",
};

const MEMBERSHIPS: readonly Variant<Membership>[] = [
  {
    segment: SEGMENTS.members,
    what: "A word of thanks in place of the offer to join.",
    value: { kind: "member", text: "You are a member. Thank you: you keep this journal alive." },
  },
  {
    segment: SEGMENTS.wantsIn,
    what: "The first month of a membership is free.",
    value: {
      kind: "offer",
      text: "You keep coming to this door. Walk in: the first month is on us.",
      button: "Start my free month",
    },
  },
];
