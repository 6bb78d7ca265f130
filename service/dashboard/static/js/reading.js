// Resources as pages hold them: loading, there, or failed; read again when the service tells that they changed.
import { useEffect, useState } from "./html.js";

const AGAIN_MS = 15000;

/**
 * Hold what `load(signal)` gives: anew when `keys` change, and when one of the topics in `on` changes.
 * A failure keeps what was there. Gives {value, error, loading, again}.
 */
export function useReading(load, keys, on = []) {
  const [held, hold] = useState({ value: undefined, error: undefined, loading: true });
  const [count, another] = useState(0);
  useEffect(() => {
    const gone = new AbortController();
    let timer;
    const go = async () => {
      try {
        const value = await load(gone.signal);
        if (!gone.signal.aborted) hold({ value, error: undefined, loading: false });
      } catch (error) {
        if (!gone.signal.aborted) hold((before) => ({ value: before.value, error, loading: false }));
      }
      if (on.length && !gone.signal.aborted) timer = setTimeout(go, AGAIN_MS);
    };
    hold((before) => ({ ...before, loading: true }));
    go();
    return () => {
      gone.abort();
      clearTimeout(timer);
    };
  }, [...keys, count]);
  return { ...held, again: () => another((before) => before + 1) };
}
