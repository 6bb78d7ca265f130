// Resources as pages hold them: loading, there, or failed; read again when the service tells that they changed.
import { useEffect, useState } from "./html.js";
import { paced } from "./pace.js";

/**
 * Hold what `load(signal)` gives: anew when `keys` change, and when one of the topics in `on` changes.
 * A failure keeps what was there. Gives {value, error, loading, again}.
 */
export function useReading(load, keys, on = []) {
  const [held, hold] = useState({ value: undefined, error: undefined, loading: true });
  const [count, another] = useState(0);
  useEffect(() => {
    const gone = new AbortController();
    const go = async () => {
      try {
        const value = await load(gone.signal);
        if (!gone.signal.aborted) hold({ value, error: undefined, loading: false });
        return true;
      } catch (error) {
        if (!gone.signal.aborted) hold((before) => ({ value: before.value, error, loading: false }));
        return false;
      }
    };
    hold((before) => ({ ...before, loading: true }));
    const end = paced(go, on);
    return () => {
      gone.abort();
      end();
    };
  }, [...keys, count]);
  return { ...held, again: () => another((before) => before + 1) };
}
