// Pieces that several pages have in common.

import type { Product } from "../goods.ts";
import { type Html, html } from "../html.ts";
import { drawProduct } from "../illustrations.ts";
import type { Article } from "../journal.ts";
import type { Experience } from "../personalise.ts";

export function productCard(product: Product): Html {
  return html`<a class="card" href="/p/${product.sku}">
    <span class="picture">${drawProduct(product)}</span>
    <span class="name">${product.name}</span>
    <span class="line">${product.line}</span>
    <span class="price">£${product.price}</span>
  </a>`;
}

export function articleCard(article: Article): Html {
  return html`<a class="story" href="/journal/${article.slug}">
    <span class="topic">${article.topics[0] ?? ""}${article.membersOnly ? " · members" : ""}</span>
    <span class="name">${article.title}</span>
    <span class="line">${article.standfirst}</span>
  </a>`;
}

export function reminder({ reminder: link }: Experience): Html | null {
  if (link === null) return null;
  return html`<p class="reminder"><a href="${link.href}">${link.label}</a></p>`;
}

/** A button that does something: a form of its own, so that it needs no script. */
export function actionButton(action: string, label: string, look = "button"): Html {
  return html`<form method="post" action="${action}"><button class="${look}">${label}</button></form>`;
}
