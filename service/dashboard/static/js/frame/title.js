// What the tab is called: first what it shows, so that tabs and a history of them can be told apart.
import { useEffect } from "../html.js";

const MOST = 80;

/** Name the tab after the page, and after the thing that is shown on it, where there is one. */
export function useTitle(page, thing) {
  useEffect(() => {
    document.title = [thing?.slice(0, MOST), page, "Riffler"].filter(Boolean).join(" – ");
  }, [page, thing]);
}
