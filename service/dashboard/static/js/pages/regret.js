// What draws have lost, how it was come by, and which arms are drawn.
import { read } from "../api.js";
import { Lines } from "../chart.js";
import { html, useMemo } from "../html.js";
import { figure, Figures, Kind, percent, range, Shown, State, Table } from "../parts.js";
import { useReading } from "../reading.js";

/** The page of one policy's regret. */
export function Regret({ digest }) {
  const regret = useReading((signal) => read(`policies/${digest}/regret`, {}, signal), [digest], ["decisions"]);
  const status = useReading((signal) => read(`policies/${digest}`, {}, signal), [digest], ["decisions"]);
  return html`
    <p class="lead">What the draws earned less than another choice would have, summed over decisions: lower is better, and a curve that flattens has learned.</p>
    <${Shown} reading=${regret}>${(found) => html`<${Estimated} of=${found.estimated} /><${Audited} of=${found.audited} />`}<//>
    <${Shown} reading=${status}>${(found) => html`<${Shares} of=${found} />`}<//>`;
}

function Estimated({ of }) {
  const there = of.kind !== "unavailable";
  const lines = useMemo(() => there && [{ name: "regret", values: of.mean, lows: of.lows, highs: of.highs }], [of]);
  if (!there) return html`<h2>Against the best fixed arm</h2><${State} title="No estimate">${of.reason}<//>`;
  return html`
    <h2>Against the best fixed arm, ${of.best_static} <${Kind} of="estimated" /></h2>
    <${Figures} of=${[
      ["summed", figure(of.total, 1), `${range(of.low, of.high, 1)}, ${percent(of.level)} of the posterior`],
      ["against each query's best arm", figure(of.against_best_of_each.mean, 1), range(of.against_best_of_each.low, of.against_best_of_each.high, 1)],
    ]} />
    <${Lines} title="Estimated regret over decisions" x=${of.decisions} xName="decisions" lines=${lines} />`;
}

function Audited({ of }) {
  if (of.kind === "unavailable") return html`<h2>Measured on all arms</h2><${State} title="Not measured">${of.reason}<//>`;
  return html`
    <h2>Measured on all arms, a decision <${Kind} of="audited" /></h2>
    <${Table} caption=${`${of.audits} decisions were run on all arms; what their draws lost, each`}
      columns=${[["against", ([arm]) => arm], ["lost", ([, each]) => figure(each.mean, 3), true], [percent(of.level), ([, each]) => range(each.low, each.high, 3), true]]}
      rows=${Object.entries(of.against)} rowKey=${([arm]) => arm} />`;
}

function Shares({ of }) {
  const x = useMemo(() => of.arms[0]?.shares.map((_, place) => place + 1) ?? [], [of]);
  const lines = useMemo(() => of.arms.map(({ arm, shares }) => ({ name: arm, values: shares })), [of]);
  return html`
    <h2>Which arms are drawn</h2>
    ${x.length > 1 && html`<${Lines} title="Shares of arms over time" x=${x} xName="part of the log" lines=${lines} />`}
    <${Table} caption=${`Of ${of.looked_at} decisions`} rows=${of.arms} rowKey=${({ arm }) => arm}
      columns=${[
        ["arm", ({ arm }) => arm],
        ["drawn", ({ drawn }) => drawn, true],
        ["share", ({ share }) => percent(share), true],
        ["of the newest", ({ recent_share: share }) => percent(share), true],
        ["reward", ({ reward }) => figure(reward?.mean, 3), true],
        ["95 %", ({ reward }) => (reward?.count ? range(reward.low, reward.high, 3) : "–"), true],
      ]} />`;
}
