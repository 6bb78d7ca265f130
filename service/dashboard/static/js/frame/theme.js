// Light, dark, or as the system has it.
import { html, useEffect, useState } from "../html.js";
import { keep, recalled } from "./kept.js";

const CHANGED = "riffler-theme";
const DARK = matchMedia("(prefers-color-scheme: dark)");

/** The choice among themes. */
export function Theme() {
  const [theme, choose] = useState(recalled("theme", "system"));
  const chosen = (event) => {
    keep("theme", event.target.value);
    document.documentElement.dataset.theme = event.target.value;
    choose(event.target.value);
    dispatchEvent(new Event(CHANGED));
  };
  return html`<label class="quiet">Theme <select value=${theme} onChange=${chosen}>
    ${["system", "light", "dark"].map((each) => html`<option key=${each} value=${each}>${each}</option>`)}
  </select></label>`;
}

/** Tell which scheme is on, `light` or `dark`: for what can't follow the style sheet by itself, as a canvas. */
export function useScheme() {
  const now = () => {
    const { theme } = document.documentElement.dataset;
    return theme === "light" || theme === "dark" ? theme : DARK.matches ? "dark" : "light";
  };
  const [scheme, is] = useState(now);
  useEffect(() => {
    const heard = () => is(now());
    addEventListener(CHANGED, heard);
    DARK.addEventListener("change", heard);
    return () => {
      removeEventListener(CHANGED, heard);
      DARK.removeEventListener("change", heard);
    };
  }, []);
  return scheme;
}
