// The publisher's part: a list of articles, and an article with its paywall.

import { type Html, html } from "../html.ts";
import { ARTICLES, type Article } from "../journal.ts";
import type { Membership } from "../places.ts";
import type { Page, View } from "../view.ts";
import { actionButton, articleCard, reminder } from "./pieces.ts";

export const journalPage: Page = {
  status: 200,
  title: "Journal",
  signals: [["c_page", "journal"]],
  body: ({ experience }) => html`${reminder(experience)}
    <header class="title">
      <h1>The Tideline Journal</h1>
      <p>For the evenings after.</p>
    </header>
    <div class="stories">${ARTICLES.map(articleCard)}</div>
    ${membershipCard(experience.membership)}`,
};

export function articlePage(article: Article, isMember: boolean): Page {
  return {
    status: 200,
    title: article.title,
    signals: [
      ["c_page", "article"],
      ["c_article", article.slug],
      // A key may come several times: each topic is a value of it.
      ...article.topics.map((topic) => ["c_topic", topic] as const),
      ["c_access", article.membersOnly ? "members" : "free"],
      ["c_reader", isMember ? "member" : "guest"],
    ],
    body(view) {
      const isOpen = isMember || !article.membersOnly;
      const [beginning, ...rest] = article.paragraphs;
      return html`<article class="reading">
        <p class="eyebrow"><a href="/journal">Journal</a> · ${article.topics.join(", ")}</p>
        <h1>${article.title}</h1>
        <p class="standfirst">${article.standfirst}</p>
        <p>${beginning}</p>
        ${isOpen ? rest.map((paragraph) => html`<p>${paragraph}</p>`) : paywall(view)}
        ${isOpen && view.experience.invitesToLetter ? letterCard() : null}
      </article>`;
    },
  };
}

function paywall({ experience }: View): Html {
  return html`<div class="paywall">
    <p class="eyebrow">The rest is for members</p>
    ${membershipCard(experience.membership)}
  </div>`;
}

function membershipCard(membership: Membership): Html {
  return html`<section class="invitation">
    <p>${membership.text}</p>
    ${membership.kind === "offer" ? actionButton("/join", membership.button) : null}
  </section>`;
}

function letterCard(): Html {
  return html`<section class="invitation">
    <p><b>You seem to like it here.</b> The letter brings one story each Sunday, and tide times.</p>
    ${actionButton("/letter", "Send me the letter")}
  </section>`;
}
