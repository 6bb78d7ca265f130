// Small parts that several pages show.
import { TO_DO } from "./failure.js";
import { html, useEffect, useRef, useState } from "./html.js";

/** A number with so many digits after the point, and a true minus; none before nothing. */
export function figure(value, digits = 2) {
  if (value === null || value === undefined) return "–";
  const written = value.toFixed(digits);
  return written.replace("-", /[1-9]/.test(written) ? "−" : "");
}
/** From a to b. */
export const range = (low, high, digits = 2) => `${figure(low, digits)} to ${figure(high, digits)}`;
/** A share as percent. */
export const percent = (value, digits = 0) => `${figure(100 * value, digits)} %`;

/** How a figure was come by. Rule 9 of the design: estimated is not measured. */
export const Kind = ({ of }) => html`<span class="kind">${of}</span>`;

/** What a page says in place of figures: why, and what to do. */
export const State = ({ title, bad = false, children }) => html`
  <div class=${bad ? "state bad" : "state"} role=${bad ? "alert" : "status"}>
    <strong>${title}</strong>
    <div>${children}</div>
  </div>`;

/** An error in its own words, with what to do; `again` tries once more. */
export function Failure({ error, again }) {
  const name = error.instance?.replace("urn:riffler:request:", "");
  return html`<${State} title=${error.title ?? "This page failed"} bad=${true}>
    <p>${error.message}</p>
    ${(TO_DO[error.kind] ?? TO_DO[error.status]) && html`<p>${TO_DO[error.kind] ?? TO_DO[error.status]}</p>`}
    ${again && html`<button type="button" onClick=${again}>Try again</button>`}
    ${name && html` <small>status ${error.status}, request ${name}</small>`}
  <//>`;
}

/** What a resource gives once it is there; until then, or without it, why not. */
export function Shown({ reading, empty, children }) {
  const { value, error, loading, again } = reading;
  const failed = error && html`<${Failure} error=${error} again=${again} />`;
  if (value === undefined) return failed ?? (loading ? html`<p class="note" aria-busy="true">Loading …</p>` : null);
  return html`${failed}${empty?.(value) || children(value)}`;
}

/** Figures side by side: [name, figure, what stands below it]. */
export const Figures = ({ of }) => html`
  <dl class="figures">
    ${of.map(([name, value, below]) => html`<div key=${name}><dt>${name}</dt><dd>${value} ${below && html`<small>${below}</small>`}</dd></div>`)}
  </dl>`;

/** What scrolls by itself where it is too wide: then, and only then, the Tab key stops at it, so that keys can scroll it. */
export function Scroll({ name, children }) {
  const box = useRef(null);
  const [scrolls, tell] = useState(false);
  useEffect(() => {
    const watch = new ResizeObserver(() => tell(box.current.scrollWidth > box.current.clientWidth));
    for (const each of [box.current, ...box.current.children]) watch.observe(each);
    return () => watch.disconnect();
  }, []);
  const stop = scrolls ? { tabindex: 0, role: "region", "aria-label": name } : {};
  return html`<div class="scroll" ref=${box} ...${stop}>${children}</div>`;
}

/** A table: columns are [heading, row => cell, whether it is a number]. */
export const Table = ({ caption, columns, rows, rowKey }) => html`
  <${Scroll} name=${caption}>
    <table>
      <caption>${caption}</caption>
      <thead><tr>${columns.map(([name, , number]) => html`<th scope="col" class=${number ? "number" : ""}>${name}</th>`)}</tr></thead>
      <tbody>${rows.map((row, place) => html`<tr key=${rowKey ? rowKey(row) : place}>
        ${columns.map(([, cell, number], at) => (at === 0 ? html`<th scope="row">${cell(row)}</th>` : html`<td class=${number ? "number" : ""}>${cell(row)}</td>`))}
      </tr>`)}</tbody>
    </table>
  <//>`;
