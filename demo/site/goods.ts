// What the shop sells. Invented, like everything in this folder.

export type Picture = "shoe" | "boot" | "jacket" | "pack" | "cap" | "sock" | "page";

export interface Category {
  readonly slug: string;
  readonly name: string;
  readonly blurb: string;
  readonly picture: Picture;
}

export interface Product {
  /** Two letters of the family and three digits. */
  readonly sku: string;
  readonly name: string;
  readonly category: string;
  /** Where it differs from its category's. */
  readonly picture?: Picture;
  /** Pounds. */
  readonly price: number;
  readonly line: string;
  readonly about: string;
}

export const CATEGORIES: readonly Category[] = [
  {
    slug: "running-shoes",
    name: "Running shoes",
    blurb: "For the road, the promenade and the last mile home.",
    picture: "shoe",
  },
  {
    slug: "trail-shoes",
    name: "Trail shoes",
    blurb: "Grip for mud, shingle and wet rock.",
    picture: "boot",
  },
  {
    slug: "rain-jackets",
    name: "Rain jackets",
    blurb: "For weather that comes in sideways.",
    picture: "jacket",
  },
  {
    slug: "packs",
    name: "Packs",
    blurb: "From a lunch to a long weekend.",
    picture: "pack",
  },
  {
    slug: "small-things",
    name: "Small things",
    blurb: "Caps, socks and what you forgot last time.",
    picture: "cap",
  },
];

export const PRODUCTS: readonly Product[] = [
  {
    sku: "RS-101",
    name: "Sanderling",
    category: "running-shoes",
    price: 118,
    line: "Light daily trainer",
    about: "Quick at the water's edge, like its namesake. 238 g, 8 mm drop, a foam that forgives.",
  },
  {
    sku: "RS-102",
    name: "Turnstone",
    category: "running-shoes",
    price: 136,
    line: "Cushioned for long runs",
    about: "A deep, steady ride for Sunday mornings. Wide toe box, recycled upper.",
  },
  {
    sku: "RS-103",
    name: "Knot Racer",
    category: "running-shoes",
    price: 189,
    line: "Race day, plated",
    about: "For the days with a number on your chest. 196 g, carbon plate, no excuses.",
  },
  {
    sku: "TS-201",
    name: "Dotterel",
    category: "trail-shoes",
    price: 142,
    line: "Fell and ridge",
    about: "Six-millimetre lugs and a toe guard that has met rocks before.",
  },
  {
    sku: "TS-202",
    name: "Whimbrel Mid",
    category: "trail-shoes",
    price: 168,
    line: "Ankle-high, waterproof",
    about: "For bog, burn and the path that the map swears is there.",
  },
  {
    sku: "RJ-301",
    name: "Squall Shell",
    category: "rain-jackets",
    price: 210,
    line: "Three layers, taped",
    about: "Taped seams, a hood that turns with your head, pit zips for the climb.",
  },
  {
    sku: "RJ-302",
    name: "Drizzle",
    category: "rain-jackets",
    price: 58,
    line: "Packs into its pocket",
    about: "Weighs as much as an apple. Keeps off a shower, not a storm.",
  },
  {
    sku: "PK-401",
    name: "Saltmarsh 18",
    category: "packs",
    price: 84,
    line: "Day pack, 18 litres",
    about: "One big space, one small one, and a back that breathes.",
  },
  {
    sku: "ST-501",
    name: "Foreshore cap",
    category: "small-things",
    price: 24,
    line: "Quick-drying",
    about: "A brim for sun and spray. Folds flat, floats.",
  },
  {
    sku: "ST-502",
    name: "Merino socks",
    category: "small-things",
    picture: "sock",
    price: 16,
    line: "Pair, mid-weight",
    about: "Warm when wet. The pair that people come back for.",
  },
];

const CATEGORIES_BY_SLUG = new Map(CATEGORIES.map((category) => [category.slug, category]));
const PRODUCTS_BY_SKU = new Map(PRODUCTS.map((product) => [product.sku, product]));

export function findCategory(slug: string): Category | undefined {
  return CATEGORIES_BY_SLUG.get(slug);
}

export function findProduct(sku: string): Product | undefined {
  return PRODUCTS_BY_SKU.get(sku);
}

export function productsIn(slug: string): readonly Product[] {
  return PRODUCTS.filter((product) => product.category === slug);
}

export function pictureOf(product: Product): Picture {
  return product.picture ?? findCategory(product.category)?.picture ?? "page";
}

/** Products with every word of a search in their name, line or category. */
export function searchProducts(search: string): readonly Product[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return PRODUCTS.filter((product) => {
    const category = findCategory(product.category)?.name ?? "";
    const text = `${product.name} ${product.line} ${category} ${product.about}`.toLowerCase();
    return words.length > 0 && words.every((word) => text.includes(word));
  });
}

export function totalOf(products: readonly Product[]): number {
  return products.reduce((sum, product) => sum + product.price, 0);
}
