// The frame of all pages: where one is, and where one can go.
import { Boundary } from "./frame/boundary.js";
import { Door, Leave } from "./frame/door.js";
import { Keys } from "./frame/keys.js";
import { Live } from "./frame/live.js";
import { Theme } from "./frame/theme.js";
import { useTitle } from "./frame/title.js";
import { html, render, useEffect, useMemo, useRef, useState } from "./html.js";
import { useKey } from "./key.js";
import { OfPolicy } from "./of-policy.js";
import { Cost } from "./pages/cost.js";
import { Decision } from "./pages/decision.js";
import { Health } from "./pages/health.js";
import { Learned } from "./pages/learned.js";
import { Regret } from "./pages/regret.js";
import { Sessions } from "./pages/session.js";
import { Try } from "./pages/try.js";
import { State } from "./parts.js";

/**
 * The pages: name in the address, title, component, and whether it is of one policy (then it is given `digest`).
 * `keys` are its own, as [key, what it does]; `hidden` ones are reached from others. `one` is what a page is called that
 * shows the one thing which the first part of its address names.
 */
const PAGES = [
  { name: "regret", title: "Regret", Page: Regret, ofPolicy: true },
  { name: "learned", title: "What it learned", Page: Learned, ofPolicy: true },
  { name: "decision", title: "One decision, explained", Page: Decision, hidden: true, one: "Decision" },
  { name: "session", title: "Sessions", Page: Sessions, one: "Session", keys: [["[", "a step back"], ["]", "a step forth"]] },
  { name: "cost", title: "Cost", Page: Cost },
  { name: "health", title: "Health", Page: Health },
  { name: "try", title: "Try it", Page: Try, keys: [["Ctrl Enter", "asks"]] },
];
const DOOR = { name: "key", title: "A key is needed", Page: Door };
const NOWHERE = { name: undefined, title: "No such page", Page: Nowhere };

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
  const page = asked === "" ? PAGES[0] : (PAGES.find(({ name }) => name === asked) ?? NOWHERE);
  const here = useKey().needed ? DOOR : page;
  const thing = here.one && parts[0] ? parts[0] : undefined;
  const [main, title, arrived] = [useRef(null), useRef(null), useRef(false)];
  useTitle(here.title, thing);
  useEffect(() => {
    if (arrived.current) title.current.focus(); // which tells screen readers what is here, and scrolls to its top
    arrived.current = true;
  }, [here, thing]);
  const skip = (event) => {
    event.preventDefault(); // the address has the page; this only moves the focus
    main.current.focus();
  };
  const to = ({ name, ofPolicy }) => (ofPolicy && policy ? `#/${name}/${encodeURIComponent(policy)}` : `#/${name}`);
  const shown = PAGES.filter(({ hidden }) => !hidden);
  const pages = useMemo(() => shown.map((each) => ({ title: each.title, address: to(each) })), [policy]);
  return html`
    <a class="skip" href="#main" onClick=${skip}>To the page</a>
    <header>
      <strong>Riffler</strong>
      <nav aria-label="Pages"><ul>
        ${shown.map((each) => html`<li key=${each.name}><a href=${to(each)} aria-current=${each === here ? "page" : undefined}>${each.title}</a></li>`)}
      </ul></nav>
      <div class="end"><${Live} /><${Leave} /><${Theme} /><${Keys} pages=${pages} more=${here.keys} /></div>
    </header>
    <main id="main" ref=${main} tabindex="-1">
      <h1 ref=${title} tabindex="-1">${thing ? html`${here.one} <bdi>${thing}</bdi>` : here.title}</h1>
      <${Boundary} key=${here.name} at=${parts.join("/")}>
        ${here.ofPolicy ? html`<${OfPolicy} here=${here} digest=${parts[0]} parts=${parts.slice(1)} keep=${keep} />` : html`<${here.Page} parts=${parts} asked=${asked} />`}
      <//>
    </main>`;
}

/** What stands where an address leads nowhere. */
function Nowhere({ asked }) {
  return html`<${State} title="Nothing is here">This address names a page <code>${asked}</code>, and there is none. The pages that there are stand above.<//>`;
}

document.body.replaceChildren(); // what stood there while these files were on their way
render(html`<${Frame} />`, document.body);
