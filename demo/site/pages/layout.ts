// What surrounds every page: offer, header, footer, and the panel that shows what is behind it.

import { CATEGORIES } from "../goods.ts";
import { type Html, html } from "../html.ts";
import { drawBird } from "../illustrations.ts";
import type { Offer } from "../places.ts";
import type { Page, View } from "../view.ts";
import { panel } from "./panel.ts";
import { actionButton } from "./pieces.ts";

export function layout(page: Page, view: View, names: ReadonlyMap<number, string>): Html {
  const title = page.title === "Tideline" ? "Tideline" : `${page.title} · Tideline`;
  return html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>${title}</title>
    <link rel="icon" href="/icon.svg" type="image/svg+xml">
    <link rel="stylesheet" href="/site.css">
  </head>
  <body>
    <a class="skip" href="#main">To the content</a>
    <div class="site">
      ${offerBar(view.experience.offer)}
      ${siteHeader(view.memory.basket.length)}
      <main id="main">${page.body(view)}</main>
      ${siteFooter()}
    </div>
    <a class="to-panel" href="#behind">Behind this page</a>
    ${panel(view, names)}
  </body>
</html>
`;
}

function offerBar({ text, action }: Offer): Html {
  return html`<p class="offer${action === null ? "" : " strong"}">
    ${text} ${action === null ? null : html`<a href="${action.href}">${action.label}</a>`}
  </p>`;
}

function siteHeader(basketCount: number): Html {
  return html`<header class="top">
    <a class="brand" href="/">${drawBird()} Tideline</a>
    <nav aria-label="Shop">
      ${CATEGORIES.map((category) => html`<a href="/c/${category.slug}">${category.name}</a>`)}
      <a href="/journal">Journal</a>
    </nav>
    <form class="search" action="/search" role="search">
      <input type="search" name="q" aria-label="Search" placeholder="Search" maxlength="80">
    </form>
    <a class="to-basket" href="/basket">Basket${basketCount === 0 ? "" : ` (${basketCount})`}</a>
  </header>`;
}

function siteFooter(): Html {
  return html`<footer>
    <p>Tideline is an invented shop: the demo site of Dunlin, an open data collection server. Each page
      is written on the server, after one call to it.</p>
    ${actionButton("/letter", "Read our letter", "quiet")}
  </footer>`;
}
