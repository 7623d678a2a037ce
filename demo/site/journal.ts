// What the publisher publishes.

export interface Article {
  readonly slug: string;
  readonly title: string;
  readonly standfirst: string;
  readonly topics: readonly string[];
  /** Members read it whole, everybody else its beginning. */
  readonly membersOnly: boolean;
  readonly paragraphs: readonly [string, ...string[]];
}

export const ARTICLES: readonly Article[] = [
  {
    slug: "first-half-marathon",
    title: "Twelve weeks to a first half marathon",
    standfirst: "A plan with three runs a week, for people who also have a life.",
    topics: ["running", "training"],
    membersOnly: false,
    paragraphs: [
      "The distance is not the difficulty. Anybody who can run for forty minutes can be taught to run for two hours; what is hard is arriving at the start neither tired nor hurt.",
      "So this plan is dull on purpose. Two of the three runs are easy enough to talk through. The third grows by ten minutes a week and shrinks again every fourth, because that is when the body does its building.",
      "If you miss a week, leave it missed. The plan has slack in it; your tendons have none.",
    ],
  },
  {
    slug: "reading-a-ridge",
    title: "How to read a ridge",
    standfirst: "Where the wind will be, where the path will not.",
    topics: ["hills"],
    membersOnly: false,
    paragraphs: [
      "A ridge is a conversation between rock and weather, and you walk in at the middle of it. Look at the grass first: it lies down where the wind lives.",
      "Paths on a map are opinions. On the ground, follow the dry line: old feet found it long before the survey did.",
      "Turn round while turning round is still a choice.",
    ],
  },
  {
    slug: "shoes-for-sand",
    title: "Which shoes for sand?",
    standfirst: "We ran the same bay in nine pairs, and once in none.",
    topics: ["running", "gear"],
    membersOnly: false,
    paragraphs: [
      "Wet sand at low tide is the best running surface in the country, and it eats shoes. Salt stiffens the mesh, grit works under the insole.",
      "The light trainers won, by a little. Barefoot came fourth: lovely for twenty minutes, a week of sore calves after.",
      "Rinse them. That is the whole secret, and nobody does it.",
    ],
  },
  {
    slug: "tide-tables",
    title: "The tide table as a training partner",
    standfirst: "For six hours the beach is yours. Then it is not.",
    topics: ["running", "coast"],
    membersOnly: true,
    paragraphs: [
      "Low water moves fifty minutes later each day, so a beach runner's week drifts through the clock. It is a good discipline: you cannot run at the same hour out of habit, you have to look.",
      "Pick the two hours around low water and run out into the wind.",
      "On spring tides the sand is widest and the turn is quickest. Know your exits.",
    ],
  },
  {
    slug: "night-on-the-hill",
    title: "A night on the hill, on purpose",
    standfirst: "What to carry, what to leave, what you will hear.",
    topics: ["hills", "gear"],
    membersOnly: true,
    paragraphs: [
      "The first hour is cold and full of doubt. After that the hill forgets about you, and that is what you came for.",
      "Carry more dry than warm. A bivvy bag, a mat that is longer than you think you need, and something hot.",
      "You will hear golden plovers before dawn. Nothing in the shop sounds like it.",
    ],
  },
];

const ARTICLES_BY_SLUG = new Map(ARTICLES.map((article) => [article.slug, article]));

export function findArticle(slug: string): Article | undefined {
  return ARTICLES_BY_SLUG.get(slug);
}
