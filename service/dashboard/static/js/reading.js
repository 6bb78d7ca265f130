// Resources as pages hold them: loading, there, or failed; read again every so often while the page is looked at.
import { useEffect, useState } from "./html.js";

/** Hold what `load(signal)` gives; anew when `keys` change, and every `everyMs`. A failure keeps what was there. */
export function useReading(load, keys, everyMs = 0) {
  const [held, hold] = useState({ value: undefined, error: undefined, loading: true });
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
      if (everyMs && !gone.signal.aborted) timer = setTimeout(go, everyMs);
    };
    hold((before) => ({ ...before, loading: true }));
    go();
    return () => {
      gone.abort();
      clearTimeout(timer);
    };
  }, keys);
  return held;
}
