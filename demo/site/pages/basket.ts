// Basket and the page after an order.

import { totalOf } from "../goods.ts";
import { html } from "../html.ts";
import type { Page } from "../view.ts";
import { actionButton } from "./pieces.ts";

export const basketPage: Page = {
  status: 200,
  title: "Basket",
  signals: [["c_page", "basket"]],
  body({ memory: { basket } }) {
    if (basket.length === 0) {
      return html`<header class="title">
        <h1>Your basket is empty</h1>
        <p>Light to carry. <a href="/#shop">Shall we change that?</a></p>
      </header>`;
    }
    return html`<header class="title"><h1>Basket</h1></header>
      <div class="basket">
        <table>
          <tbody>
            ${basket.map(
              (product) => html`<tr>
                <td><a href="/p/${product.sku}">${product.name}</a><br><small>${product.line}</small></td>
                <td class="price">£${product.price}</td>
              </tr>`,
            )}
          </tbody>
          <tfoot><tr><th>Together</th><td class="price">£${totalOf(basket)}</td></tr></tfoot>
        </table>
        <form class="order" method="post" action="/order">
          <label for="postcode">Postcode</label>
          <input id="postcode" name="postcode" value="TR19 7AA" maxlength="10" autocomplete="off">
          <button class="button">Place the order</button>
          <p class="hint">Nothing is bought and nothing is sent: this is a demo. The postcode travels as a
            private signal (<code>p_postcode</code>): rules may use it, the server keeps it nowhere.</p>
        </form>
        ${actionButton("/basket/empty", "Empty the basket", "quiet")}
      </div>`;
  },
};

export const thanksPage: Page = {
  status: 200,
  title: "Thank you",
  signals: [["c_page", "thanks"]],
  body: () => html`<header class="title">
      <h1>Thank you</h1>
      <p>Your order is on its way, or would be. Look at the panel: the answer to this very call no longer
        names the segments that the purchase ends.</p>
    </header>
    <p><a class="button" href="/">Back to the shore</a></p>`,
};

export const lostPage: Page = {
  status: 404,
  title: "Washed away",
  signals: [],
  body: () => html`<header class="title">
      <h1>Washed away</h1>
      <p>There is no such page. <a href="/">Back to the shore.</a></p>
    </header>`,
};
