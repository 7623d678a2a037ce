import { findCategory, findProduct } from "./goods.ts";
import { findArticle } from "./journal.ts";
import type { Memory } from "./memory.ts";
import { basketPage, lostPage, thanksPage } from "./pages/basket.ts";
import { homePage } from "./pages/home.ts";
import { articlePage, journalPage } from "./pages/journal.ts";
import { categoryPage, productPage, searchPage } from "./pages/shop.ts";
import type { Page } from "./view.ts";

const MAX_SEARCH_LENGTH = 80;

export function findPage(url: URL, memory: Memory): Page {
  const [room, item, ...more] = url.pathname.split("/").slice(1);
  if (more.length > 0) return lostPage;
  if (item !== undefined) return findItem(room ?? "", item, memory) ?? lostPage;
  switch (room) {
    case "":
      return homePage;
    case "basket":
      return basketPage;
    case "thanks":
      return thanksPage;
    case "journal":
      return journalPage;
    case "search":
      return searchPage((url.searchParams.get("q") ?? "").trim().slice(0, MAX_SEARCH_LENGTH));
    default:
      return lostPage;
  }
}

function findItem(room: string, item: string, memory: Memory): Page | null {
  if (room === "c") {
    const category = findCategory(item);
    return category === undefined ? null : categoryPage(category);
  }
  if (room === "p") {
    const product = findProduct(item);
    return product === undefined ? null : productPage(product);
  }
  if (room === "journal") {
    const article = findArticle(item);
    return article === undefined ? null : articlePage(article, memory.isMember);
  }
  return null;
}
