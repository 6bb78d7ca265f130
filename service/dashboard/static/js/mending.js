// What failed to be read, and may be there another time, is read again without being asked.
import { useEffect, useRef } from "./html.js";
import { listen } from "./live.js";
import { passes } from "./reading.js";

const AGAIN_MS = 15_000;

/** Call `again()` from time to time, and once the service's health changes, while an error stands that may pass. */
export function useMending(error, again) {
  const way = useRef(again);
  way.current = again;
  const may = Boolean(error) && passes(error);
  useEffect(() => {
    if (!may) return undefined;
    const go = () => document.hidden || way.current();
    const clock = setInterval(go, AGAIN_MS);
    const deaf = listen(["health"], go);
    document.addEventListener("visibilitychange", go);
    return () => {
      clearInterval(clock);
      deaf();
      document.removeEventListener("visibilitychange", go);
    };
  }, [may]);
}
