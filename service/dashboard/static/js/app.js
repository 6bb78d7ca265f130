// The frame of all pages: where one is, and where one can go.
import { read } from "./api.js";
import { html, render, useEffect, useRef, useState } from "./html.js";
import { Decision } from "./pages/decision.js";
import { Learned } from "./pages/learned.js";
import { Regret } from "./pages/regret.js";
import { Shown, State } from "./parts.js";
import { useReading } from "./reading.js";

/** The pages: name in the address, title, component, whether it is of one policy (then it is given `digest`), and whether it is hidden: reached from others only. */
const PAGES = [
  { name: "regret", title: "Regret", Page: Regret, ofPolicy: true },
  { name: "learned", title: "What it learned", Page: Learned, ofPolicy: true },
  { name: "decision", title: "One decision, explained", Page: Decision, hidden: true },
];

/** Where one is: `#/page/part/part`. */
function useAddress() {
  const now = () => location.hash.replace(/^#\/?/, "").split("/").map(decoded);
  const [address, go] = useState(now);
  useEffect(() => {
    const heard = () => go(now());
    addEventListener("hashchange", heard);
    return () => removeEventListener("hashchange", heard);
  }, []);
  return address;
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // somebody wrote it by hand
  }
}

function Frame() {
  const [asked, ...parts] = useAddress();
  const [policy, keep] = useState(undefined); // the one last looked at: other pages of policies show it, too
  const here = PAGES.find(({ name }) => name === asked) ?? PAGES[0];
  const main = useRef(null);
  useEffect(() => {
    document.title = `${here.title} – Riffler`;
  }, [here]);
  useEffect(() => {
    if (here.ofPolicy && parts[0]) keep(parts[0]);
  }, [here, parts[0]]);
  const skip = (event) => {
    event.preventDefault(); // the address has the page; this only moves the focus
    main.current.focus();
  };
  const to = ({ name, ofPolicy }) => (ofPolicy && policy ? `#/${name}/${encodeURIComponent(policy)}` : `#/${name}`);
  return html`
    <a class="skip" href="#main" onClick=${skip}>To the page</a>
    <header>
      <strong>Riffler</strong>
      <nav aria-label="Pages"><ul>${PAGES.filter(({ hidden }) => !hidden).map((each) => html`<li key=${each.name}><a href=${to(each)} aria-current=${each === here ? "page" : undefined}>${each.title}</a></li>`)}</ul></nav>
    </header>
    <main id="main" ref=${main} tabindex="-1">
      <h1>${here.title}</h1>
      ${here.ofPolicy ? html`<${OfPolicy} here=${here} digest=${parts[0]} parts=${parts.slice(1)} />` : html`<${here.Page} parts=${parts} />`}
    </main>`;
}

/** A page of one policy, with a choice among them; without one in the address it is the policy that decided last. */
function OfPolicy({ here: { name, Page }, digest, parts }) {
  const policies = useReading((signal) => read("policies", {}, signal), [], ["decisions"]);
  const picked = (event) => {
    location.hash = `#/${name}/${encodeURIComponent(event.target.value)}`;
  };
  const none = (list) => list.length === 0 && html`<${State} title="No decision yet">Ask something: <code>riffler ask "…"</code>, or <code>POST /api/v1/ask</code>. <code>make demo</code> fills these pages.<//>`;
  return html`<${Shown} reading=${policies} empty=${none}>${(list) => html`
    <p><label>Policy <select value=${digest ?? list[0].digest} onChange=${picked}>
      ${list.map((each) => html`<option key=${each.digest} value=${each.digest}>${each.engine} ${each.model}, ${each.policy_version}, ${each.digest}</option>`)}
    </select></label></p>
    <${Page} digest=${digest ?? list[0].digest} policy=${list.find((each) => each.digest === digest) ?? list[0]} parts=${parts} />`}<//>`;
}

render(html`<${Frame} />`, document.body);
