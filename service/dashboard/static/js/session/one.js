// One session: what the model saw at a version, what that took, how it came to be, and edits by hand.
import { html, useCallback, useEffect, useRef, useState } from "../html.js";
import { Failure, State } from "../parts.js";
import { Changes } from "./changes.js";
import { Conversation } from "./conversation.js";
import { Edits, useEdits } from "./edits.js";
import { useKeptFocus } from "./kept_focus.js";
import { Past } from "./past.js";
import { Search } from "./search.js";
import { addressOf, Stepper, Steps, useHistory } from "./steps.js";
import { Tokens } from "./tokens.js";
import { Ways } from "./ways.js";
import { useWindow } from "./window.js";

/** Show a session; `asked` is the version, undefined the present. */
export function Session({ name, asked }) {
  const [since, compare] = useState(undefined); // a version that the reader chose; else it is the one before
  const [target, aim] = useState(undefined);
  const [wide] = useState(() => matchMedia("(min-width: 60rem)").matches); // narrow, the conversation comes first
  const wish = useRef(undefined); // {hit, there}: a match in another version, until that is shown
  const view = useWindow(name, asked, since, () => (wish.current && wish.current.there === asked ? placeOf(wish.current.hit) : undefined));
  const history = useHistory(name, view.present);
  const done = useCallback(() => view.again(), [view.again]);
  const edits = useEdits(name, view.tag, done);
  useKeptFocus(edits.acted, view.items);
  const past = view.version !== undefined && view.version < view.present;
  useEffect(() => compare(undefined), [name, asked]);
  const show = async (place) => {
    aim(undefined);
    await view.open(placeOf(place));
    aim(place);
  };
  const jump = (hit, searched) => {
    const there = hit.shown === "gone" ? hit.version : searched;
    if (there === asked) return show(hit);
    wish.current = { hit, there };
    location.hash = addressOf(name, there);
    return undefined;
  };
  useEffect(() => {
    const wished = wish.current && wish.current.there === asked && wish.current;
    if (wished && view.version !== (asked ?? view.present)) return; // it is on its way
    wish.current = undefined;
    aim(wished ? wished.hit : undefined);
  }, [asked, view.version]);
  if (view.version === undefined) {
    if (!view.error) return html`<${Head} name=${name} /><p class="note" aria-busy="true">Loading …</p>`;
    return html`
      <${Head} name=${name} />
      <${Failure} error=${view.error} again=${view.again} />
      <p><a href="#/session">All sessions</a>, <a href=${addressOf(name)}>the present of this one</a></p>`;
  }
  const newest = history.value?.present ?? view.present;
  // A fork, and a long past, begin later than with version 0; how much later the last page of the history says.
  const oldest = history.value?.body.next ? undefined : history.value?.body.oldest;
  const by = { ...edits, past, name, target, busy: edits.busy || view.busy };
  const shownSince = since ?? Math.max(oldest ?? 0, view.version - 1);
  return html`
    <${Head} name=${name} />
    <${Stepper} name=${name} version=${view.version} present=${Math.max(newest, view.present)} oldest=${oldest} />
    ${asked === undefined && newest > view.present && html`
      <${State} title="Something happened">The session has version ${newest} now. <button type="button" onClick=${view.again}>Show it</button><//>`}
    ${view.error && html`<${Failure} error=${view.error} again=${view.again} />`}
    <${Tokens} name=${name} version=${view.version} tag=${view.tag} />
    <div class="session">
      <div>
        ${past ? html`<${Past} name=${name} version=${view.version} />` : html`<${Edits} by=${by} items=${view.items} />`}
        <${Ways} view=${view} show=${show} />
        ${view.messages === 0 ? html`<${Bare} />` : html`<${Conversation} view=${view} by=${by} />`}
      </div>
      <aside aria-label="About this session">
        <details open=${wide}><summary>Search</summary><${Search} name=${name} version=${asked} jump=${jump} /></details>
        <details open=${wide}><summary>What changed</summary>${(history.value || history.error) && html`<${Changes} name=${name} version=${view.version} since=${shownSince} oldest=${oldest ?? 0} choose=${compare} show=${show} />`}</details>
        <details open=${wide}><summary>Steps</summary><${Steps} name=${name} version=${view.version} reading=${history} /></details>
      </aside>
    </div>`;
}

/** Where to open the view for a match, an end, or a message: with some text before it. */
function placeOf({ message, slot, character, call, start, last }) {
  if (last) return { last: true };
  if (call) return { message, call, character: Math.max(0, start - 600) };
  return slot === undefined ? { message } : { message, slot, character: Math.max(0, character - 600) };
}

const Bare = () => html`
  <${State} title="No message yet">This version has none. Add some with <code>POST /api/v1/sessions/…/messages</code>, or ask in it.<//>`;

const Head = ({ name }) => html`<p class="crumbs"><a href="#/session">Sessions</a> / <b class="letters">${name}</b></p>`;
