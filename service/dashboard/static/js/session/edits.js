// Folds and restores by hand: the same tools as the model's, on the version that is shown, with undo.
import { html, useCallback, useState } from "../html.js";
import { Act } from "./act.js";
import { change } from "./calls.js";
import { Cut } from "./cut.js";
import { someChoosable } from "./grouping.js";

const LOST = [409, 412]; // somebody else was first, or works on it now

/** Say what went wrong, and what to do about it. */
function wordsOf({ status, title, message }) {
  if (status === 412) return `Nothing was changed, as somebody else was first: ${message}. What is shown now is the newest: look, and do it again.`;
  if (status === 409 && title === "Session busy") return `Nothing was changed: ${message}. Do it again when that turn is over.`;
  return message;
}

/** What can be done by hand with a session whose tag is shown; `done()` is called after a change. */
export function useEdits(name, tag, done) {
  const [said, say] = useState(undefined); // {words, bad}
  const [busy, work] = useState(false);
  const [chosen, keep] = useState(new Set());
  const [strict, guard] = useState(false);
  const [acted, note] = useState(undefined); // {ids, from}: what was last done, for `useKeptFocus`
  const call = useCallback(async (tool, args, ids = []) => {
    const from = document.activeElement;
    work(true);
    try {
      const { reply, version } = await change(name, `/tools/${tool}`, { arguments: args }, tag);
      say({ words: `Version ${version}: ${reply}`, bad: false });
      keep(new Set());
      await done();
    } catch (error) {
      say({ words: wordsOf(error), bad: true });
      if (LOST.includes(error.status)) await done();
    }
    work(false);
    note({ ids, from });
  }, [name, tag, done]);
  const choose = (ids, on) => keep((before) => {
    const after = new Set(before);
    ids.forEach((id) => (on ? after.add(id) : after.delete(id)));
    return after;
  });
  return {
    said, busy, acted, chosen, choose, strict, guard,
    clear: () => keep(new Set()),
    fold: (ids) => call("fold_fragments", { fragments: ids, strict }, ids),
    restore: (ids) => call("restore_fragments", { fragments: ids }, ids),
    undo: () => call("undo_edits", {}),
    cut: (args) => call("cut_context", args),
  };
}

/** The bar of what can be done, and what the tools said. */
export function Edits({ by, items }) {
  const ids = [...by.chosen];
  const none = !someChoosable(items);
  const hint = none ? "No fragments here to fold: cut some first" : "Choose fragments in the conversation";
  return html`
    <div class=${ids.length ? "edits some" : "edits"} role="group" aria-label="Edits by hand">
      <span>${ids.length ? `${ids.length} fragment${ids.length === 1 ? "" : "s"} chosen` : hint}</span>
      <button type="button" disabled=${by.busy || !ids.length} onClick=${() => by.fold(ids)}>Fold</button>
      <button type="button" disabled=${by.busy || !ids.length} onClick=${() => by.restore(ids)}>Restore</button>
      <${Act} off=${!ids.length} does=${by.clear}>Choose none<//>
      <button type="button" class="undo" disabled=${by.busy} onClick=${by.undo}>Undo the last edit</button>
      <label><input type="checkbox" checked=${by.strict} onChange=${(event) => by.guard(event.target.checked)} />
        ${" "}refuse to fold what nothing else in view tells</label>
    </div>
    ${items.length > 0 && html`<${Cut} by=${by} none=${none} />`}
    <div class="reply">
      <div role="status">${by.said && !by.said.bad && html`<p class="note">${by.said.words}</p>`}</div>
      <div role="alert">${by.said?.bad && html`<p class="wrong">${by.said.words}</p>`}</div>
    </div>`;
}
