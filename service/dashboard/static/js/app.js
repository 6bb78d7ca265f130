// The frame of all pages: where one is, and where one can go.
import { html, render, useEffect, useRef, useState } from "./html.js";
import { OfPolicy } from "./of-policy.js";
import { Regret } from "./pages/regret.js";

/** The pages: name in the address, title, component, and whether it is of one policy (then it is given `digest`). */
const PAGES = [
  { name: "regret", title: "Regret", Page: Regret, ofPolicy: true },
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
      <nav aria-label="Pages"><ul>${PAGES.map((each) => html`<li key=${each.name}><a href=${to(each)} aria-current=${each === here ? "page" : undefined}>${each.title}</a></li>`)}</ul></nav>
    </header>
    <main id="main" ref=${main} tabindex="-1">
      <h1>${here.title}</h1>
      ${here.ofPolicy ? html`<${OfPolicy} here=${here} digest=${parts[0]} parts=${parts.slice(1)} />` : html`<${here.Page} parts=${parts} />`}
    </main>`;
}

render(html`<${Frame} />`, document.body);
