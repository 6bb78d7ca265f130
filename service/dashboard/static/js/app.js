// The frame of all pages: where one is, and where one can go.
import { read } from "./api.js";
import { html, render, useEffect, useRef, useState } from "./html.js";
import { Regret } from "./pages/regret.js";
import { Shown, State } from "./parts.js";
import { useReading } from "./reading.js";

const PAGES = [["regret", "Regret", Regret]];

/** Where one is: `#/page/policy`. */
function useAddress() {
  const now = () => location.hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
  const [address, go] = useState(now);
  useEffect(() => {
    const heard = () => go(now());
    addEventListener("hashchange", heard);
    return () => removeEventListener("hashchange", heard);
  }, []);
  return address;
}

function Frame() {
  const [page, digest] = useAddress();
  const policies = useReading((signal) => read("policies", {}, signal), [], 15000);
  const [name, title, Page] = PAGES.find(([each]) => each === page) ?? PAGES[0];
  const main = useRef(null);
  useEffect(() => {
    document.title = `${title} – Riffler`;
  }, [title]);
  const to = (event) => {
    event.preventDefault(); // the address has the page; this only moves the focus
    main.current.focus();
  };
  const picked = (event) => {
    location.hash = `#/${name}/${encodeURIComponent(event.target.value)}`;
  };
  const none = (list) => (list.length ? null : html`<${State} title="No decision yet">Ask something: <code>riffler ask "…"</code>, or <code>POST /api/v1/ask</code>. <code>make demo</code> fills these pages.<//>`);
  return html`
    <a class="skip" href="#main" onClick=${to}>To the page</a>
    <header>
      <strong>Riffler</strong>
      <nav aria-label="Pages"><ul>${PAGES.map(([each, said]) => html`<li key=${each}><a href=${`#/${each}${digest ? `/${digest}` : ""}`} aria-current=${each === name ? "page" : undefined}>${said}</a></li>`)}</ul></nav>
      <span class="end">${policies.value?.length > 0 && html`<label>Policy <select value=${digest ?? policies.value[0].digest} onChange=${picked}>
        ${policies.value.map((each) => html`<option key=${each.digest} value=${each.digest}>${each.engine} ${each.model}, ${each.digest}</option>`)}
      </select></label>`}</span>
    </header>
    <main id="main" ref=${main} tabindex="-1">
      <${Shown} reading=${policies} empty=${none}>${(list) => html`<${Page} digest=${digest ?? list[0].digest} />`}<//>
    </main>`;
}

render(html`<${Frame} />`, document.body);
