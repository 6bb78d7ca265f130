// What draws have lost, how that was come by, and which arms are drawn.
import { read } from "../api.js";
import { html, useMemo, useRef } from "../html.js";
import { Shown, State } from "../parts.js";
import { useReading } from "../reading.js";
import { Filters, go, queryOf, valuesOf } from "./regret/filters.js";
import { Glance } from "./regret/glance.js";
import { Audited, Estimated, Known } from "./regret/kinds.js";
import { Shares } from "./regret/shares.js";
import { looksOf } from "./regret/looks.js";
import { Views } from "./regret/views.js";
import { When } from "../writing.js";

/** The page of one policy's regret. What is selected and how it is shown stands in the address, behind the policy. */
export const Regret = ({ digest, parts }) => html`<${Page} key=${digest} digest=${digest} parts=${parts} />`;

function Page({ digest, parts }) {
  const values = useMemo(() => valuesOf(parts[0]), [parts[0]]);
  const change = (some) => go(digest, { ...values, ...some });
  const [path, query] = [`policies/${encodeURIComponent(digest)}`, queryOf(values)];
  const keys = [digest, ...Object.values(query)];
  const regret = useReading((signal) => read(`${path}/regret`, query, signal), keys, ["decisions"]);
  const status = useReading((signal) => read(path, query, signal), keys, ["decisions"]);
  const features = useRef([]); // they stay to be chosen while another report is made
  if (regret.value) features.current = regret.value.features;
  const arms = armsOf(regret.value, status.value);
  const looks = useMemo(() => looksOf(arms), [arms.join()]);
  return html`
    <p class="lead">What the draws earned less than another choice would have: lower is better, and below 0 they earned more. A sum that flattens has learned. Three ways to know it stand apart: true, audited, estimated.</p>
    <${Filters} values=${values} features=${features.current} change=${change} />
    <div aria-busy=${regret.loading || status.loading} class="read">
    <${Shown} reading=${regret} empty=${(found) => found.selected === 0 && html`<${Counted} of=${found} change=${change} /><${Nothing} change=${change} />`}>${(found) => html`
      <${Counted} of=${found} change=${change} />
      <${Views} values=${values} arms=${[...looks.keys()]} course=${found.estimated.course ?? found.true.course ?? found.audited.course} change=${change} />
      <${Glance} of=${found} values=${values} />
      <${Known} of=${found.true} values=${values} looks=${looks} />
      <${Audited} of=${found.audited} values=${values} looks=${looks} selected=${found.selected} />
      <${Estimated} of=${found.estimated} values=${values} looks=${looks} selected=${found.selected} />`}<//>
    <${Shown} reading=${status}>${(found) => found.selected > 0 && html`<${Shares} of=${found} looks=${looks} />`}<//>
    </div>`;
}

/** All arms that are shown anywhere on the page, so that each has one colour. */
function armsOf(regret, status) {
  const courses = regret ? [regret.estimated, regret.audited, regret.true].map(({ course }) => course?.against ?? {}) : [];
  return [...new Set([...courses.flatMap((each) => Object.keys(each)), ...(status?.arms ?? []).map(({ arm }) => arm)])];
}

const Nothing = ({ change }) => html`
  <${State} title="No decision is selected">
    No decision that was looked at lies in this time and has what is asked for.
    <button type="button" onClick=${() => change({ since: "", until: "", feature: "", present: "" })}>Take all</button>
  <//>`;

/** What all below is of. A report looks at a bounded part of a log; what is older is a choice of another time. */
function Counted({ of, change }) {
  const count = (number) => number.toLocaleString("en");
  const which = of.selected < of.looked_at ? `${count(of.selected)} of the ` : "";
  const failed = of.failed > 0 ? `, without ${count(of.failed)} whose call failed` : "";
  const older = of.older > 0 && html` They begin <${When} ms=${of.from_ms} />: ${count(of.older)} older ${of.older === 1 ? "one isn't" : "ones aren't"} among them.`;
  return html`
    <p class="note" role="status">Of ${which}${count(of.looked_at)} decisions${failed}.${older}</p>
    ${of.older > 0 && html`<p><button type="button" onClick=${() => change({ until: String(of.from_ms + 1) })}>Look at older ones</button></p>`}`;
}
