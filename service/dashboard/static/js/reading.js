// Resources as pages hold them: loading, there, or failed; read again when the service tells that they changed.
import { useEffect, useState } from "./html.js";
import { paced } from "./pace.js";

/** Whether the same may be answered another time: no answer, an outage, too much at once. What is wrong stays so. */
export const passes = ({ status }) => !status || status === 429 || status >= 500;

const nothing = (of) => ({ of, value: undefined, error: undefined, loading: true });
const same = (one, other) => one.every((each, place) => Object.is(each, other[place]));

/**
 * Hold what `load(signal)` gives. `keys` say of what it is: when one changes, what was there goes at once, so that no
 * figure stands under another thing's name. It is read anew when one of the topics in `on` is told of, and when one of
 * `ways` changes, such as the page of a list: then what was there stays until the new is. So it does at a failure.
 * Gives {value, error, loading, again}.
 */
export function useReading(load, keys, on = [], ways = []) {
  const [held, hold] = useState(() => nothing(keys));
  const [count, another] = useState(0);
  const kept = (before) => (same(before.of, keys) ? before : nothing(keys));
  useEffect(() => {
    const gone = new AbortController();
    const go = async () => {
      try {
        const value = await load(gone.signal);
        if (!gone.signal.aborted) hold({ of: keys, value, error: undefined, loading: false });
        return true;
      } catch (error) {
        if (!gone.signal.aborted) hold((before) => ({ ...kept(before), error, loading: false }));
        return !passes(error);
      }
    };
    hold((before) => ({ ...kept(before), loading: true }));
    const end = paced(go, on);
    return () => {
      gone.abort();
      end();
    };
  }, [...keys, ...ways, count]);
  return { ...kept(held), again: () => another((before) => before + 1) };
}
