// Folds and restores by hand: the same tools as the model's, on the version that is shown, with undo.
import { html, useCallback, useState } from "../html.js";
import { change } from "./calls.js";

/** What can be done by hand with a session whose tag is shown; `done()` is called after a change. */
export function useEdits(name, tag, done) {
  const [said, say] = useState(undefined); // {words, bad}
  const [busy, work] = useState(false);
  const [chosen, keep] = useState(new Set());
  const [strict, guard] = useState(false);
  const call = useCallback(async (tool, args) => {
    work(true);
    try {
      const { reply } = await change(name, `/tools/${tool}`, { arguments: args }, tag);
      say({ words: reply, bad: false });
      keep(new Set());
      done();
    } catch (error) {
      if (error.status === 412) {
        say({ words: `Nothing was changed: ${error.message}. What is shown now is the newest.`, bad: true });
        done();
      } else {
        say({ words: error.message, bad: true });
      }
    }
    work(false);
  }, [name, tag, done]);
  const choose = (ids, on) => keep((before) => {
    const after = new Set(before);
    ids.forEach((id) => (on ? after.add(id) : after.delete(id)));
    return after;
  });
  return {
    said, busy, chosen, choose, strict, guard,
    clear: () => keep(new Set()),
    fold: (ids) => call("fold_fragments", { fragments: ids, strict }),
    restore: (ids) => call("restore_fragments", { fragments: ids }),
    undo: () => call("undo_edits", {}),
  };
}

/** The bar of what can be done, and what the tools said. */
export function Edits({ by }) {
  const ids = [...by.chosen];
  return html`
    <div class="edits" role="group" aria-label="Edits by hand">
      <span>${ids.length ? `${ids.length} fragment${ids.length === 1 ? "" : "s"} chosen` : "Choose fragments in the conversation"}</span>
      <button type="button" disabled=${by.busy || !ids.length} onClick=${() => by.fold(ids)}>Fold</button>
      <button type="button" disabled=${by.busy || !ids.length} onClick=${() => by.restore(ids)}>Restore</button>
      <button type="button" disabled=${!ids.length} onClick=${by.clear}>Choose none</button>
      <button type="button" disabled=${by.busy} onClick=${by.undo}>Undo the last edit</button>
      <label><input type="checkbox" checked=${by.strict} onChange=${(event) => by.guard(event.target.checked)} />
        ${" "}refuse to fold what nothing else in view tells</label>
    </div>
    <div class="reply" role=${by.said?.bad ? "alert" : "status"}>
      ${by.said && html`<p class=${by.said.bad ? "wrong" : "note"}>${by.said.words}</p>`}
    </div>`;
}
