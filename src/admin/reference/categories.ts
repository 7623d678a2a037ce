// The taxonomy that traits may be filed under ("Management API, reports and UI", Taxonomy): general interests in
// two levels. IDs are for ever: traits hold them. New categories come last.

/** What stands above the first level. */
export const TOP = 0;

/** Parents first, by their ID, name and children; a child's ID is in its row. */
const ROWS: readonly (readonly [
  id: number,
  name: string,
  children: Readonly<Record<number, string>>,
])[] = [
  [
    1,
    "Arts & Entertainment",
    {
      21: "Books",
      22: "Films",
      23: "Music",
      24: "Stage & Concerts",
      25: "Television & Series",
      26: "Museums & Galleries",
    },
  ],
  [
    2,
    "Business",
    {
      27: "Advertising & Marketing",
      28: "Agriculture",
      29: "Construction",
      30: "Manufacturing",
      31: "Small Business",
    },
  ],
  [3, "Careers & Education", { 32: "Jobs", 33: "Languages", 34: "Schools", 35: "Universities" }],
  [
    4,
    "Computers & Electronics",
    { 36: "Cameras", 37: "Home Electronics", 38: "Laptops & Desktops", 39: "Software" },
  ],
  [5, "Family", { 40: "Babies & Toddlers", 41: "Teenagers", 42: "Weddings" }],
  [
    6,
    "Fashion & Beauty",
    { 43: "Clothing", 44: "Cosmetics", 45: "Jewellery & Watches", 46: "Shoes" },
  ],
  [
    7,
    "Finance",
    { 47: "Banking", 48: "Credit & Loans", 49: "Insurance", 50: "Investing", 51: "Pensions" },
  ],
  [
    8,
    "Food & Drink",
    { 52: "Beer, Wine & Spirits", 53: "Cooking", 54: "Groceries", 55: "Restaurants" },
  ],
  [9, "Games", { 56: "Board Games", 57: "Computer Games", 58: "Mobile Games" }],
  [10, "Health", { 59: "Fitness", 60: "Medicine", 61: "Nutrition" }],
  [11, "Hobbies", { 62: "Collecting", 63: "Crafts", 64: "Photography" }],
  [12, "Home & Garden", { 65: "Appliances", 66: "Furniture", 67: "Gardening", 68: "Renovation" }],
  [
    13,
    "Internet & Telephony",
    { 69: "Broadband", 70: "Mobile Plans", 71: "Smartphones", 72: "Social Networks" },
  ],
  [14, "Law & Government", { 73: "Politics", 74: "Public Services" }],
  [15, "News", { 75: "Business News", 76: "Local News", 77: "Weather", 78: "World News" }],
  [16, "Pets", { 79: "Cats", 80: "Dogs" }],
  [17, "Property", { 81: "Buying", 82: "Renting" }],
  [18, "Shopping", { 83: "Bargains & Coupons", 84: "Gifts", 85: "Toys" }],
  [
    19,
    "Sports",
    { 86: "Cycling", 87: "Football", 88: "Running", 89: "Tennis", 90: "Winter Sports" },
  ],
  [
    20,
    "Travel & Vehicles",
    {
      91: "Air Travel",
      92: "Cars",
      93: "Hotels",
      94: "Motorcycles",
      95: "Trains & Buses",
      96: "Holidays",
    },
  ],
];

export interface Category {
  readonly categoryID: number;
  /** 0 on the first level. */
  readonly parentCategoryID: number;
  readonly name: string;
  readonly description: string;
  readonly crUID: number;
  readonly upUID: number;
}

export const CATEGORIES: readonly Category[] = ROWS.flatMap(([id, name, children]) => [
  category({ id, parent: TOP, name, description: name }),
  ...Object.entries(children).map(([child, childName]) =>
    category({
      ...{ id: Number(child), parent: id, name: childName },
      description: `${name}: ${childName}`,
    }),
  ),
]);

function category({
  id,
  parent,
  name,
  description,
}: {
  readonly id: number;
  readonly parent: number;
  readonly name: string;
  readonly description: string;
}): Category {
  return { categoryID: id, parentCategoryID: parent, name, description, crUID: 0, upUID: 0 };
}
