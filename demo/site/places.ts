// The places of the site that can differ from visitor to visitor.

export interface Link {
  readonly label: string;
  readonly href: string;
}

export type Scene = "shore" | "run" | "hills";

/** The top of the landing page. */
export interface Hero {
  readonly scene: Scene;
  readonly eyebrow: string;
  readonly headline: string;
  readonly text: string;
  readonly action: Link;
}

/** The line above every page. */
export interface Offer {
  readonly text: string;
  readonly action: Link | null;
}

/** The row of products on the landing page. */
export interface Picks {
  readonly title: string;
  readonly skus: readonly string[];
}

export type Membership =
  | { readonly kind: "offer"; readonly text: string; readonly button: string }
  | { readonly kind: "member"; readonly text: string };
