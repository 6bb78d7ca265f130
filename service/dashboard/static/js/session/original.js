// The original behind what stands for it, read when it is asked for.
import { html, useEffect, useRef, useState } from "../html.js";
import { readPart } from "./calls.js";
import { namesOf } from "./grouping.js";
import { useMending } from "../mending.js";

const AT_ONCE = 20000;

/** Original text, some of it at a time. */
export function Original({ name, piece }) {
  const [held, hold] = useState({ text: "", end: piece.start, error: undefined });
  const box = useRef(null);
  const reading = useRef(false); // at once, before it is drawn anew
  const read = async () => {
    if (reading.current) return;
    reading.current = true;
    try {
      const end = Math.min(piece.end, held.end + AT_ONCE);
      const { body } = await readPart(name, "/original", { message: piece.message, slot: piece.slot, start: held.end, end });
      if (body.end === piece.end && box.current?.contains(document.activeElement)) box.current.focus(); // the button goes
      hold({ text: held.text + body.text, end: body.end, error: undefined });
    } catch (error) {
      hold({ ...held, error });
    }
    reading.current = false;
  };
  useEffect(() => void read(), []);
  useMending(held.error, read);
  const scrolls = useScrolls(box);
  const left = piece.end - held.end;
  const of = namesOf(piece) || `message ${piece.message + 1}`;
  return html`<span class="original" ref=${box} tabindex=${scrolls ? 0 : -1} role=${scrolls ? "region" : "group"} aria-label=${`original of ${of}`}>
    <span class="letters">${held.text}</span>
    ${held.error && html`<span role="alert">${held.error.title}. ${held.error.message} <button type="button" class="quiet" onClick=${read}>Try again</button></span>`}
    ${left > 0 && !held.error && held.end > piece.start && html`
      <button type="button" class="quiet" onClick=${read}>more of it (${left.toLocaleString("en")} characters)</button>`}
  </span>`;
}

/** Whether a box scrolls down by itself: then, and only then, the Tab key stops at it, so that keys can scroll it. */
function useScrolls(box) {
  const [scrolls, tell] = useState(false);
  useEffect(() => {
    const watch = new ResizeObserver(() => tell(box.current.scrollHeight > box.current.clientHeight + 1));
    watch.observe(box.current); // its height ends where it begins to scroll
    return () => watch.disconnect();
  }, []);
  return scrolls;
}
