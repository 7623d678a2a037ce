import { CATEGORIES, findProduct } from "../goods.ts";
import { html } from "../html.ts";
import { drawPicture, drawScene } from "../illustrations.ts";
import { ARTICLES } from "../journal.ts";
import type { Page } from "../view.ts";
import { articleCard, productCard, reminder } from "./pieces.ts";

export const homePage: Page = {
  status: 200,
  title: "Tideline",
  signals: [["c_page", "home"]],
  body({ experience }) {
    const { hero, picks } = experience;
    return html`${reminder(experience)}
      <section class="hero ${hero.scene}">
        ${drawScene(hero.scene)}
        <div class="words">
          <p class="eyebrow">${hero.eyebrow}</p>
          <h1>${hero.headline}</h1>
          <p>${hero.text}</p>
          <a class="button" href="${hero.action.href}">${hero.action.label}</a>
        </div>
      </section>
      <section class="row">
        <h2>${picks.title}</h2>
        <div class="cards">
          ${picks.skus.map((sku) => {
            const product = findProduct(sku);
            return product === undefined ? null : productCard(product);
          })}
        </div>
      </section>
      <section class="row" id="shop">
        <h2>The shop</h2>
        <div class="tiles">
          ${CATEGORIES.map(
            (category) => html`<a class="tile" href="/c/${category.slug}">
              ${drawPicture(category.picture)}
              <span><b>${category.name}</b> ${category.blurb}</span>
            </a>`,
          )}
          <a class="tile" href="/journal">
            ${drawPicture("page")}
            <span><b>Journal</b> For the evenings after.</span>
          </a>
        </div>
      </section>
      <section class="row">
        <h2>From the journal</h2>
        <div class="stories">${ARTICLES.slice(0, 3).map(articleCard)}</div>
      </section>`;
  },
};
