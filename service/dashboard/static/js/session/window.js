// The pieces of a view that are on the page: a few pages of the API's, so that a million tokens stay as light as ten.
import { useCallback, useEffect, useRef, useState } from "../html.js";
import { readPart } from "./calls.js";
import { useMending } from "../mending.js";

const MOST_PAGES = 4;
const NOTHING = { of: undefined, pages: [], tag: "", present: undefined, error: undefined, loading: true };

/** Where a window begins, so that it can be read anew after a change: numbers of pieces may differ, originals don't. */
function beginning(pages) {
  const first = pages[0]?.items[0];
  if (!first || (first.message === 0 && first.piece === 0 && first.begin === 0)) return {};
  return first.slot === null ? { message: first.message } : { message: first.message, slot: first.slot, character: first.start };
}

/**
 * Hold a window on the view of a session at a version (undefined is the present), with what happened `since` (else in its step).
 * `first()` may say where to begin at another version. Gives {items, first, last, tag, present, version, messages, error, loading, busy, further, earlier, open, again}.
 */
export function useWindow(name, version, since, first = () => undefined) {
  const [held, hold] = useState(NOTHING);
  const [busy, tell] = useState(false);
  const running = useRef(false); // at once, before the page is drawn anew
  const work = (on) => {
    running.current = on;
    tell(on);
  };
  const turn = useRef(0); // what was asked before the newest order is not wanted any more
  const now = useRef(held);
  now.current = held;

  const read = useCallback((query) => {
    const compared = since === undefined ? { step: true } : { since };
    return readPart(name, "/view/pieces", { version, ...compared, ...query });
  }, [name, version, since]);

  /** Begin anew at a place, with so many pages. */
  const open = useCallback(async (place = {}, count = 1) => {
    const mine = ++turn.current;
    work(true);
    try {
      let answer = await read(place).catch((error) => {
        if (error.status !== 422 || place.message === undefined) throw error;
        return read({ last: true }); // the conversation wasn't as long then
      });
      const pages = [answer.body];
      const rest = { version: answer.body.version };
      while (pages.length < count && answer.body.next) {
        answer = await read({ ...rest, cursor: answer.body.next });
        pages.push(answer.body);
      }
      if (mine === turn.current) hold({ of: name, pages, tag: answer.tag, present: answer.present, error: undefined, loading: false });
    } catch (error) {
      if (mine === turn.current) hold((before) => ({ ...(before.of === name ? before : NOTHING), error, loading: false }));
    }
    if (mine === turn.current) work(false);
  }, [read]);

  /** Add the page that a cursor leads to at one end, and let go of one at the other. */
  const grow = useCallback(async (cursor, atEnd) => {
    if (!cursor || running.current) return; // what the reader ordered comes first
    const mine = ++turn.current;
    work(true);
    try {
      const { body } = await read({ cursor });
      if (mine === turn.current) {
        hold((before) => {
          const pages = atEnd ? [...before.pages, body].slice(-MOST_PAGES) : [body, ...before.pages].slice(0, MOST_PAGES);
          return { ...before, pages, error: undefined };
        });
      }
    } catch (error) {
      if (mine === turn.current) hold((before) => ({ ...before, error }));
    }
    if (mine === turn.current) work(false);
  }, [read]);

  useEffect(() => {
    const before = now.current;
    const same = before.pages.length > 0 && before.of === name;
    const wished = first();
    if (wished) open(wished);
    else open(same ? beginning(before.pages) : {}, same ? before.pages.length : 1);
    return () => {
      turn.current += 1;
    };
  }, [open]);

  const { pages } = held;
  const again = () => open(beginning(now.current.pages), Math.max(1, now.current.pages.length));
  useMending(held.error, again);
  const next = pages[pages.length - 1]?.next;
  const previous = pages[0]?.previous;
  return {
    ...held,
    items: pages.flatMap((page) => page.items),
    version: pages[0]?.version,
    messages: pages[0]?.messages,
    first: !previous,
    last: !next,
    busy,
    open,
    further: () => grow(next, true),
    earlier: () => grow(previous, false),
    again,
  };
}
