// The conversation as the model saw it: messages, and the agent's steps with each call's result beside it.
import { html, useEffect, useRef } from "../html.js";
import { Act } from "./act.js";
import { exchangesOf, messagesOf } from "./grouping.js";
import { Piece } from "./piece.js";

/** Show a window of a view; `by` has what can be done with its pieces. */
export function Conversation({ view, by }) {
  const box = useRef(null);
  useSteady(box, view.items);
  useArrival(box, by.target);
  const exchanges = exchangesOf(messagesOf(view.items));
  return html`
    <div class="conversation" ref=${box} aria-label="Conversation" role="region" aria-busy=${view.busy}>
      <${Edge} shown=${!view.first} busy=${view.busy} go=${view.earlier} then="article">Earlier<//>
      ${exchanges.map(([message, results]) => html`<${Exchange} key=${message.message} message=${message} results=${results} by=${by} />`)}
      <${Edge} shown=${!view.last} busy=${view.busy} go=${view.further} then=".end">Further<//>
      ${view.last && view.items.length > 0 && html`<p class="note end" tabindex="-1">The end: ${view.messages} message${view.messages === 1 ? "" : "s"}.</p>`}
    </div>`;
}

function Exchange({ message, results, by }) {
  if (results.length === 0) return html`<${Message} of=${message} by=${by} />`;
  return html`
    <div class="exchange">
      <${Message} of=${message} by=${by} />
      <div>${results.map((each) => html`<${Message} key=${each.message} of=${each} by=${by} />`)}</div>
    </div>`;
}

function Message({ of: { message, role, origin, call, name, pieces }, by }) {
  const asks = pieces.some((piece) => piece.asked);
  const came = pieces.some((piece) => piece.change === "came");
  const what = role === "tool" ? `result of ${name || "a call"}` : role;
  let before; // a fragment has its name where it begins
  return html`
    <article class=${`message ${role} ${origin}${asks ? " asks" : ""}`} tabindex="-1" aria-label=${`message ${message + 1}, ${what}${asks ? ", the newest question" : ""}`}>
      <header class="who"><b>${message + 1}</b> ${what} ${role === "tool" && html`<small>${call}</small>`}
        ${" "}${asks && html`<span class="kind">the newest question</span>`} ${origin === "step" && html`<span class="kind">inner step</span>`} ${came && html`<small class="change">new</small>`}</header>
      <div class="letters" dir="auto">
        ${pieces.map((piece) => {
          const id = piece.kind === "text" && piece.fragments[piece.fragments.length - 1];
          const labelled = id && id !== before && piece.begin === 0;
          before = id || before;
          return html`<${Piece} key=${`${piece.piece}.${piece.begin}`} piece=${piece} by=${by} labelled=${labelled} />`;
        })}
      </div>
    </article>`;
}

/** A way on at an end of the window, taken by itself when it comes into sight. Where it ends the keyboard goes on at `then`. */
function Edge({ shown, busy, go, then, children }) {
  const place = useRef(null);
  const pressed = useRef(false);
  const way = useRef(go);
  way.current = busy ? () => {} : go;
  useEffect(() => {
    if (!shown) return undefined;
    let seen = true; // where a page begins or ends in sight already, the reader decides
    const watch = new IntersectionObserver(([entry]) => {
      if (entry.isIntersecting && !seen) way.current();
      seen = entry.isIntersecting;
    }, { rootMargin: "400px" });
    watch.observe(place.current);
    return () => watch.disconnect();
  }, [shown]);
  useEffect(() => {
    if (shown || !pressed.current) return;
    pressed.current = false;
    if (document.activeElement === document.body) document.querySelector(`.conversation ${then}`)?.focus({ preventScroll: true });
  }, [shown]);
  const press = () => {
    pressed.current = true;
    go();
  };
  return shown && html`<p ref=${place}><${Act} off=${busy} does=${press}>${children}<//></p>`;
}

/** Bring an end, or a message, to the eye and the keyboard; pieces that are aimed at see to themselves. */
function useArrival(box, target) {
  useEffect(() => {
    if (!target || target.slot !== undefined || target.call) return;
    const there = box.current.querySelector(target.last ? ".end" : "article");
    there?.scrollIntoView({ block: target.last ? "end" : "start" });
    there?.focus({ preventScroll: true });
  }, [target]);
}

/** Keep what is read where it is while pieces come and go above it. */
function useSteady(box, items) {
  const seen = useRef(undefined);
  useEffect(() => {
    const before = seen.current;
    const there = before && box.current.querySelector(`[data-at="${before.at}"]`);
    const moved = there ? there.getBoundingClientRect().top - before.top : 0;
    if (Math.abs(moved) > 1) scrollBy(0, moved);
  }, [items]);
  useEffect(() => {
    let waiting;
    const look = () => {
      waiting = undefined;
      const piece = [...box.current.querySelectorAll("[data-at]")].find((each) => each.getBoundingClientRect().bottom > 0);
      seen.current = piece ? { at: piece.dataset.at, top: piece.getBoundingClientRect().top } : undefined;
    };
    const scrolled = () => {
      waiting ??= requestAnimationFrame(look);
    };
    addEventListener("scroll", scrolled, { passive: true });
    return () => removeEventListener("scroll", scrolled);
  }, []);
}
