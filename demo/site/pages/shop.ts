// Category, product and search.

import { type Category, findCategory, type Product, productsIn, searchProducts } from "../goods.ts";
import { html } from "../html.ts";
import { drawProduct } from "../illustrations.ts";
import type { Page } from "../view.ts";
import { productCard } from "./pieces.ts";

export function categoryPage(category: Category): Page {
  return {
    status: 200,
    title: category.name,
    signals: [
      ["c_page", "category"],
      ["c_category", category.slug],
    ],
    body: () => html`<header class="title">
        <h1>${category.name}</h1>
        <p>${category.blurb}</p>
      </header>
      <div class="cards">${productsIn(category.slug).map(productCard)}</div>`,
  };
}

export function productPage(product: Product): Page {
  const category = findCategory(product.category);
  return {
    status: 200,
    title: product.name,
    signals: [
      ["c_page", "product"],
      ["c_category", product.category],
      ["c_sku", product.sku],
      ["c_price", String(product.price)],
    ],
    body({ experience }) {
      const button =
        product.category === "running-shoes" ? experience.runningShoeButton : "Add to basket";
      return html`<article class="product">
        <div class="picture">${drawProduct(product)}</div>
        <div class="words">
          <p class="eyebrow"><a href="/c/${product.category}">${category?.name ?? "Shop"}</a></p>
          <h1>${product.name}</h1>
          <p class="line">${product.line}</p>
          <p>${product.about}</p>
          <p class="price">£${product.price}</p>
          <form method="post" action="/basket/add">
            <input type="hidden" name="sku" value="${product.sku}">
            <button class="button">${button}</button>
          </form>
        </div>
      </article>`;
    },
  };
}

export function searchPage(search: string): Page {
  const found = searchProducts(search);
  return {
    status: 200,
    title: `Search: ${search}`,
    signals: [
      ["c_page", "search"],
      ["c_search", search],
    ],
    body: () => html`<header class="title">
        <h1>“${search}”</h1>
        <p>${found.length === 0 ? "We found nothing, but we will remember that you asked." : null}</p>
      </header>
      <div class="cards">${found.map(productCard)}</div>`,
  };
}
