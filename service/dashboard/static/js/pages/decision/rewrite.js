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
    <p class="note">${changed ? CHANGED : unchanged(guard, arm)}</p>
    <div class="beside texts">
      <section aria-label="The question as it came"><h3>As it came</h3><${Text} of=${stretches} without="come" /></section>
      <section aria-label="The question as the model got it"><h3>As the model got it</h3><${Text} of=${stretches} without="gone" /></section>
    </div>
  </div>`;
}

const CHANGED = "The guard found its meaning kept, and let it go on. Words that are gone are struck out, those that came are underlined.";

/** Why both are the same: what the guard said of the arm's text, why there was none, or that nothing was to be judged. */
function unchanged(guard, arm) {
  if (guard) return `The arm's text was kept back: ${guard}. It isn't kept anywhere.`;
  const why = arm && arm !== "none" ? `${arm} had nothing to change` : "that is what the arm none does";
  return `The model got the question as it came: ${why}. There was nothing for the guard to judge.`;
}

/** A text of a user. It is isolated, so that what turns its direction turns nothing else. */
function Text({ of, without }) {
  const marked = ({ kind, text }) => (MARKS[kind] ? html`<${MARKS[kind]}>${text}<//>` : text);
  return html`<p class="said" dir="auto">${of.filter(({ kind }) => kind !== without).map(marked)}</p>`;
}
