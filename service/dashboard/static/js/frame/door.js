// Where the service wants a key: what asks for it, and what forgets it.
import { html, useState } from "../html.js";
import { use, useKey } from "../key.js";
import { State } from "../parts.js";

/** Stands in the place of a page until there is a key that the service takes. */
export function Door() {
  const { has } = useKey();
  const [failed, fail] = useState(false);
  const given = (event) => {
    event.preventDefault();
    const key = new FormData(event.target).get("key").trim();
    if (key && !use(key)) fail(true);
  };
  return html`
    ${has && html`<${State} title="This key was refused" bad=${true}>It isn't known, or has ended.<//>`}
    ${failed && html`<${State} title="The key can't be kept" bad=${true}>This browser keeps nothing for this tab: allow it to, and try again.<//>`}
    <p class="lead">This service wants a key: <code>riffler keys create --scope read</code> makes one that sees figures, and with <code>--scope text</code> also what users wrote. It is kept until this tab is closed.</p>
    <form class="ways" onSubmit=${given}>
      <label>Key <input type="password" name="key" required maxlength="500" autocomplete="off" spellcheck="false" /></label>
      <button type="submit">Go on</button>
    </form>`;
}

/** The button that forgets the key, where there is one. */
export function Leave() {
  const { has } = useKey();
  return has && html`<button type="button" class="quiet" onClick=${() => use("")}>Forget key</button>`;
}
