// A query beside what the model was shown in its place.
import { html, useMemo } from "../../html.js";
import { State } from "../../parts.js";
import { difference } from "../../words.js";

const MARKS = { gone: "del", come: "ins" };

/** Both texts, with what differs marked in each; or why they aren't there. */
export function Rewrite({ of, guard, arm }) {
  if (of.unavailable) return html`<${State} title="The texts can't be had">The log of decisions holds no text of a user: ${of.unavailable}.<//>`;
  return html`<${Both} query=${of.query} rewritten=${of.rewritten} guard=${guard} arm=${arm} />`;
}

function Both({ query, rewritten, guard, arm }) {
  const stretches = useMemo(() => difference(query, rewritten), [query, rewritten]);
  const changed = query !== rewritten;
  return html`<div>
    <p class="note">${changed ? "Words that are gone are struck out, those that came are underlined." : unchanged(guard, arm)}</p>
    <div class="beside texts">
      <section aria-label="The question as it came"><h3>As it came</h3><${Text} of=${stretches} without="come" /></section>
      <section aria-label="The question as the model got it"><h3>As the model got it</h3><${Text} of=${stretches} without="gone" /></section>
    </div>
  </div>`;
}

function unchanged(guard, arm) {
  if (guard) return `The guard had its word: ${guard}. What the arm made of it isn't kept.`;
  return `The model got the question as it came${arm && arm !== "none" ? `: ${arm} had nothing to change` : ""}.`;
}

/** A text of a user. It is isolated, so that what turns its direction turns nothing else. */
function Text({ of, without }) {
  const marked = ({ kind, text }) => (MARKS[kind] ? html`<${MARKS[kind]}>${text}<//>` : text);
  return html`<p class="said" dir="auto">${of.filter(({ kind }) => kind !== without).map(marked)}</p>`;
}
