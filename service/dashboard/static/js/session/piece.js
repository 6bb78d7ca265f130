// One piece of a view: what the model saw, and beside it what it is, what stands behind it, what a step did to it.
import { html, useEffect, useRef, useState } from "../html.js";
import { idsOf, namesOf } from "./grouping.js";
import { indented } from "./json.js";
import { Original } from "./original.js";

const CHANGES = {
  came: "new", cut: "cut here", folded: "folded here", summarised: "summarised here", restored: "restored here",
  rewritten: "rewritten here", unrewritten: "no longer rewritten",
};

/** Tokens in words. */
export const tokens = (count) => `${count.toLocaleString("en")} token${count === 1 ? "" : "s"}`;

/** Show a piece. `by` has what can be done: {past, busy, chosen, choose, fold, restore, name, target}. */
export function Piece({ piece, by, labelled }) {
  const place = useRef(null);
  const aimed = isTarget(piece, by.target);
  useEffect(() => {
    if (!aimed) return;
    const there = place.current.querySelector("mark") ?? place.current;
    there.scrollIntoView({ block: "center" });
    place.current.focus({ preventScroll: true });
  }, [aimed, by.target]);
  const shape = { text: Text, folded: Bar, summary: Bar, rewrite: Bar, status: Status, call: Call, other: Other, empty: Empty }[piece.kind];
  const classes = `piece k-${piece.kind}${piece.change ? " changed" : ""}${aimed ? " target" : ""}`;
  const block = ["status", "call", "other"].includes(piece.kind);
  const inside = html`
    ${piece.change && piece.change !== "came" && piece.begin === 0 && html`<small class="change">${CHANGES[piece.change]}</small>`}
    <${shape} piece=${piece} by=${by} labelled=${labelled} aimed=${aimed} />`;
  const at = `${piece.message}.${piece.piece}.${piece.begin}`;
  const attributes = { class: classes, ref: place, tabindex: aimed ? "-1" : undefined, "data-at": at };
  return block ? html`<div ...${attributes}>${inside}</div>` : html`<span ...${attributes}>${inside}</span>`;
}

function isTarget(piece, target) {
  if (!target || piece.message !== target.message) return false;
  if (target.call) return piece.kind === "call" && piece.call === target.call && piece.begin <= target.start && target.start < piece.begin + Array.from(piece.text).length;
  if (piece.slot === null || piece.slot !== target.slot || target.character === undefined) return false;
  return piece.start <= target.character && target.character < piece.end && (piece.kind === "text" || piece.begin === 0);
}

/** Mark the match of a search in a text that it was found in; where it isn't to be seen, nothing. */
function marked(text, { before, match }) {
  const there = text.indexOf(before + match);
  if (there < 0) return text;
  const from = there + before.length;
  return html`${text.slice(0, from)}<mark>${match}</mark>${text.slice(from + match.length)}`;
}

/** What the model saw, to the letter: tests read these. */
function Seen({ piece, children }) {
  const { message, kind, slot, text } = piece;
  return html`<span class="seen" data-message=${message} data-kind=${kind} data-slot=${slot ?? ""}>${children ?? text}</span>`;
}

function Text({ piece, by, labelled, aimed }) {
  const id = piece.fragments[piece.fragments.length - 1];
  const label = labelled && html`<${Handle} piece=${piece} by=${by} verb="fold" does=${by.fold} held=${piece.pinned && "pinned"} />`;
  if (!aimed || by.target.found_in !== "original") return html`${id && label}<${Seen} piece=${piece} />`;
  const [from, to] = [by.target.start - piece.start, Math.min(by.target.end, piece.end) - piece.start];
  const letters = Array.from(piece.text); // the API counts characters, not UTF-16's halves
  const part = (start, end) => letters.slice(start, end).join("");
  return html`${id && label}<${Seen} piece=${piece}>${part(0, from)}<mark>${part(from, to)}</mark>${part(to)}<//>`;
}

/** What stands for an original, with the original on demand. */
function Bar({ piece, by, aimed }) {
  const [open, turn] = useState(false);
  const what = { folded: "folded text", summary: "the summary's original", rewrite: "the question as it came" }[piece.kind];
  const whole = piece.begin === 0;
  return html`
    ${whole && html`<span class="behind">
      <span class="what">${piece.kind} ${namesOf(piece)} · for ${tokens(piece.original_tokens)}</span>
      ${piece.kind !== "rewrite" && html`<${Handle} piece=${piece} by=${by} verb="restore" does=${by.restore} />`}
      <button type="button" class="quiet" aria-expanded=${open} onClick=${() => turn(!open)}>${open ? "hide" : "show"} ${what}</button>
    </span>`}
    <${Seen} piece=${piece}>${aimed && by.target.found_in === piece.kind ? marked(piece.text, by.target) : piece.text}<//>
    ${open && html`<${Original} name=${by.name} piece=${piece} />`}`;
}

/** The name of a fragment, where it can be chosen and folded or restored. */
function Handle({ piece, by, verb, does, held }) {
  const name = namesOf(piece);
  const ids = idsOf(piece);
  if (by.past || held) return html`<span class="handle">${verb === "fold" && html`${name} `}${held || ""}</span>`;
  const chosen = ids.every((id) => by.chosen.has(id));
  return html`<span class="handle">
    <input type="checkbox" aria-label=${`choose ${name}`} checked=${chosen} onChange=${() => by.choose(ids, !chosen)} />
    <button type="button" class="quiet" disabled=${by.busy} onClick=${() => does(ids)}>${verb} ${name}</button>
  </span>`;
}

const Status = ({ piece }) => html`
  <p class="what">status block at the tail of this text · ${tokens(piece.tokens)}</p>
  <${Seen} piece=${piece}><span class="gap">${/^\n*/.exec(piece.text)[0]}</span>${piece.text.replace(/^\n+/, "")}<//>`;

function Call({ piece, by, aimed }) {
  const whole = piece.begin === 0 && Array.from(piece.text).length === piece.characters;
  return html`
    ${piece.begin === 0 && html`<p class="what">calls <code>${piece.name}</code> <small>${piece.call}</small></p>`}
    <${Seen} piece=${piece}>${aimed ? marked(piece.text, by.target) : whole ? indented(piece.text) : piece.text}<//>`;
}

const Other = ({ piece }) => html`
  ${piece.begin === 0 && html`<p class="what">also holds <code>${piece.name}</code>, which tools leave as it is</p>`}
  <${Seen} piece=${piece} />`;

const Empty = () => html`<span class="what">a message without text</span>`;
