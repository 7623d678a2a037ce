// Drawings, made of a few lines so that no page needs a file. Colours come from the style sheet.

import { type Picture, type Product, pictureOf } from "./goods.ts";
import { Html, html } from "./html.ts";
import type { Scene } from "./places.ts";

const PICTURES: Readonly<Record<Picture, string>> = {
  shoe: `<path d="M14 66c0-8 2-22 4-30 1-4 5-5 8-2 5 6 12 6 17 1 3-3 6-3 8 1 7 12 20 19 37 21 10 1 17 6 18 13v4H14z"/>
    <path class="line" d="M14 74h92M50 44l-7 7M58 50l-7 7M67 55l-6 7"/>`,
  boot: `<path d="M20 70c0-14 3-30 3-46 0-3 2-5 5-5h22c3 0 5 2 5 5 0 8 1 16 6 21 9 7 26 7 34 13 6 4 8 8 8 14H20z"/>
    <path class="line" d="M18 72h86M22 72v6m10-6v6m10-6v6m10-6v6m10-6v6m10-6v6m10-6v6M55 30h-9M55 38h-9M59 46l-8 3"/>`,
  jacket: `<path d="M46 14c4 6 24 6 28 0l14 6c5 2 8 6 9 11l7 38-14 4-8-26v34H38V47l-8 26-14-4 7-38c1-5 4-9 9-11z"/>
    <path class="line" d="M60 19v62M46 14c2 10 26 10 28 0M44 62h9M67 62h9"/>`,
  pack: `<path d="M40 26c0-10 8-16 20-16s20 6 20 16c8 4 12 12 12 24v24c0 5-3 8-8 8H36c-5 0-8-3-8-8V50c0-12 4-20 12-24z"/>
    <path class="line" d="M40 54h40v28M40 54v28M40 64h40M52 26h16M52 14c0-8 16-8 16 0"/>`,
  cap: `<path d="M24 60c0-22 16-38 38-38 20 0 34 14 36 32 10 2 18 6 18 12 0 4-8 4-16 2-14-4-50-4-66 0-6 1-10-2-10-8z"/>
    <path class="line" d="M98 54c-18-4-50-4-74 4M62 22c-10 8-14 20-15 33M62 22c10 8 14 18 16 30M62 22v-4"/>`,
  sock: `<path d="M50 12h30v32c0 6 3 9 6 14 6 10 0 24-12 24-8 0-13-4-20-9L30 62c-9-7-5-19 6-20 9 0 14-4 14-12z"/>
    <path class="line" d="M50 22h30M66 82c-2-8 4-16 16-16M33 45c4 3 6 8 4 16"/>`,
  page: `<path d="M34 10h38l16 16v56H34z"/>
    <path class="line" d="M72 10v16h16M44 40h34M44 51h34M44 62h22"/>`,
};

/** One of three colours, so that neighbours differ. */
export type Tone = "first" | "second" | "third";

export function drawPicture(picture: Picture, tone: Tone = "first"): Html {
  return html`<svg class="drawing ${tone}" viewBox="0 0 120 92" aria-hidden="true">${new Html(PICTURES[picture])}</svg>`;
}

export function drawProduct(product: Product): Html {
  const tone = TONES[Number(product.sku.at(-1)) % TONES.length];
  return drawPicture(pictureOf(product), tone);
}

const TONES: readonly Tone[] = ["third", "first", "second"];

const SCENES: Readonly<Record<Scene, string>> = {
  shore: `<circle class="sun" cx="610" cy="118" r="46"/>
    <path class="far" d="M0 190c90-26 170-30 260-14s190 22 300-2 170-20 240-8v234H0z"/>
    <path class="mid" d="M0 240c120-18 210 10 320 4s180-34 290-24 140 20 190 14v166H0z"/>
    <path class="foam" d="M0 296c90-22 150 8 240 0s130-30 220-20 120 26 190 16 110-22 150-18"/>
    <path class="near" d="M0 320c110-20 190 14 300 4s170-32 270-18 150 22 230 8v86H0z"/>`,
  run: `<circle class="sun" cx="640" cy="120" r="44"/>
    <path class="far" d="M0 196c130-30 230-36 350-20s250 20 450-14v238H0z"/>
    <path class="mid" d="M0 236c170-20 300-10 430 0s240 0 370-24v188H0z"/>
    <path class="near" d="M430 400c30-60 260-72 270-104 8-24-90-22-88-42 2-14 40-16 62-18l4 4c-18 4-36 8-36 14 2 16 118 14 124 46 6 34-76 60-96 100z"/>
    <path class="foam" d="M448 396c40-54 250-66 262-98"/>`,
  hills: `<circle class="sun" cx="640" cy="92" r="36"/>
    <path class="far" d="M0 250L130 130l70 60 120-120 110 110 60-50 150 130 160-90v230H0z"/>
    <path class="mid" d="M0 300l150-90 100 60 130-100 170 120 100-50 150 80v80H0z"/>
    <path class="foam" d="M288 102l32-32 30 30M370 178l10-8 12 8"/>
    <path class="near" d="M0 350c120-50 220-30 330-10s260-10 470-20v80H0z"/>`,
};

export function drawScene(scene: Scene): Html {
  return html`<svg class="scene" viewBox="0 0 800 400" preserveAspectRatio="xMaxYMax slice"
    aria-hidden="true">${new Html(SCENES[scene])}</svg>`;
}

/** The wader of the sign: also the page's icon. */
export const BIRD = `<path d="M4 21c5-1 7-4 9-8 2-5 6-8 11-8 4 0 6 2 6 5l8 2-8 1c0 7-6 12-13 12-5 0-9-1-13-4z"/>
  <path class="legs" d="M17 25v9M22 25v9M14 34h5M20 34h5"/>`;

export function drawBird(): Html {
  return html`<svg class="bird" viewBox="0 0 42 38" aria-hidden="true">${new Html(BIRD)}</svg>`;
}
