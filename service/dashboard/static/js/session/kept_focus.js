// The keyboard stays where something was done by hand, though the button that did it is gone.
import { useEffect } from "../html.js";
import { idsOf } from "./grouping.js";

/** After an edit (`acted`), when the focus was lost: where it was, else at the fragment, else at the undo. */
export function useKeptFocus(acted, items) {
  useEffect(() => {
    if (!acted || (document.activeElement && document.activeElement !== document.body && !document.activeElement.disabled)) return;
    const { ids, from } = acted;
    const piece = items.find((each) => ids.length > 0 && each.begin === 0 && idsOf(each).includes(ids[0]));
    const at = piece && `[data-at="${piece.message}.${piece.piece}.${piece.begin}"] .handle button`;
    const places = [from?.isConnected && from, at && document.querySelector(at), document.querySelector(".edits .undo")];
    places.find((each) => each && each !== document.body && !each.disabled)?.focus({ preventScroll: true });
  }, [acted]);
}
