// The panel beside each page: the exact call, the exact answer, and what the page made of it.

import type { DcsCall, DcsOutcome } from "../dcs-client.ts";
import { type Html, html } from "../html.ts";
import type { Change } from "../personalise.ts";
import type { View } from "../view.ts";
import { actionButton } from "./pieces.ts";

type Names = ReadonlyMap<number, string>;

export function panel({ outcome, experience, memory }: View, names: Names): Html {
  const known = outcome?.kind === "answered" ? outcome.answer.visitor : memory.visitor;
  return html`<aside class="panel" id="behind" aria-label="Behind this page">
    <header>
      <h2>Behind this page</h2>
      ${actionButton("/start-over", "Start over as a new visitor", "quiet")}
    </header>
    <p class="lead">Before the shop's server wrote this page, it asked the collection server (DCS) who
      you are. Your browser took no part in it.</p>
    ${outcome === null ? html`<p>For this page it did not ask.</p>` : conversation(outcome, experience.changes, names)}
    <section>
      <h3>You</h3>
      <p>${
        known === null
          ? "No ID yet: you come without a cookie, and the server gave you none."
          : html`ID <code class="id">${known.uuid}</code>, region <code>${known.region}</code>. The shop
            keeps both in a first-party cookie.`
      }</p>
      ${actionButton("/new-visit", "Close the browser and come back", "quiet")}
    </section>
    ${thingsToTry()}
  </aside>`;
}

/** The effect stands first, where it is seen beside the page; its causes follow. */
function conversation(outcome: DcsOutcome, changes: readonly Change[], names: Names): Html {
  return html`${theChanges(outcome, changes, names)} ${theCall(outcome.call)} ${theAnswer(outcome, names)}`;
}

function theCall(call: DcsCall): Html {
  const signals = [...new URLSearchParams(call.target.split("?")[1])];
  return html`<section>
    <h3>The call</h3>
    <dl class="signals">
      ${signals.map(
        ([key, value]) =>
          html`<div class="${key.startsWith("d_") ? "control" : "signal"}"><dt>${key}</dt><dd>${value}</dd></div>`,
      )}
    </dl>
    <details>
      <summary>The same, to paste into a shell</summary>
      <pre tabindex="0">${asCurl(call)}</pre>
    </details>
  </section>`;
}

function theAnswer(outcome: DcsOutcome, names: Names): Html {
  const time = `${outcome.elapsedMs.toFixed(1)} ms`;
  if (outcome.kind === "unanswered") {
    return html`<section>
      <h3>No answer <small>${time}</small></h3>
      <p class="failure">${outcome.reason} The page was served as for anybody.</p>
      ${outcome.body === null ? null : html`<pre class="body" tabindex="0">${outcome.body}</pre>`}
    </section>`;
  }
  const { traits, segments, cookies, urls } = outcome.answer;
  return html`<section>
    <h3>The answer <small>${time}</small></h3>
    <pre tabindex="0">${inLines(outcome.body ?? "")}</pre>
    <details>
      <summary>Exactly as it came</summary>
      <pre class="body" tabindex="0">${outcome.body ?? ""}</pre>
    </details>
    <p class="legend">Traits that this page view realized</p>
    ${nameList(traits, names, "None.")}
    <p class="legend">Segments that you are in now</p>
    ${nameList(segments, names, "None yet.")}
    ${cookies.length === 0 ? null : html`<p class="legend">Cookie for the page to set: <code>${cookies.map(({ name, value }) => `${name}=${value}`).join("; ")}</code></p>`}
    ${
      urls.length === 0
        ? null
        : html`<p class="legend">URL for the page to fire, which this demo does not:</p>
      ${urls.map((url) => html`<pre tabindex="0">${url}</pre>`)}`
    }
  </section>`;
}

function theChanges(outcome: DcsOutcome, changes: readonly Change[], names: Names): Html {
  const segments = outcome.kind === "answered" ? outcome.answer.segments : [];
  const bySegment = Map.groupBy(changes, (change) => change.segment);
  const silent = segments.filter((sid) => !bySegment.has(sid)).map((sid) => nameOf(sid, names));
  return html`<section>
    <h3>What changed, and why</h3>
    ${changes.length === 0 ? html`<p>Nothing: you see the pages that everybody sees.</p>` : null}
    ${[...bySegment].map(
      ([segment, ofSegment]) => html`<div class="changes">
        <p class="because">Because you are in <b>${nameOf(segment, names)}</b> <code>${segment}</code></p>
        <ul>
          ${ofSegment.map(({ place, what }) => html`<li><b>${place}.</b> ${what}</li>`)}
        </ul>
      </div>`,
    )}
    ${silent.length === 0 ? null : html`<p class="legend">In, but without effect, because another segment goes first or no page uses it: ${silent.join(", ")}.</p>`}
  </section>`;
}

/** An answer with a line for each of its keys. */
function inLines(body: string): string {
  const lines = Object.entries(JSON.parse(body)).map(
    ([key, value]) => `  "${key}": ${JSON.stringify(value)}`,
  );
  return `{\n${lines.join(",\n")}\n}`;
}

function nameList(sids: readonly number[], names: Names, none: string): Html {
  if (sids.length === 0) return html`<p class="none">${none}</p>`;
  return html`<ul class="names">
    ${sids.map((sid) => html`<li>${nameOf(sid, names)} <code>${sid}</code></li>`)}
  </ul>`;
}

/** Definitions may have changed since the demo began: an unknown ID stands for itself. */
function nameOf(sid: number, names: Names): string {
  return names.get(sid) ?? `number ${sid}`;
}

function thingsToTry(): Html {
  return html`<section>
    <h3>Things to try</h3>
    <ol class="try">
      <li>Open <a href="/c/running-shoes">Running shoes</a> three times, then the <a href="/">landing page</a>.</li>
      <li>Put a pair into the basket, order it, and see the offer end.</li>
      <li>Read <a href="/journal">two articles</a>, or stand before the paywall twice.</li>
      <li>Search for <a href="/search?q=half+marathon+shoes">half marathon shoes</a>.</li>
      <li>Close the browser and come back.</li>
    </ol>
  </section>`;
}

function asCurl({ endpoint, target, headers }: DcsCall): string {
  const lines = Object.entries(headers).map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`);
  return ["curl", ...lines, quote(endpoint + target)].join(" \\\n  ");
}

/** As one word for a POSIX shell. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
