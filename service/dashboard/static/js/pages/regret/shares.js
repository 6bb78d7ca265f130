// Which arms are drawn, over time and in all.
import { Lines } from "../../chart.js";
import { html, useMemo } from "../../html.js";
import { figure, percent, range, Table } from "../../parts.js";

export function Shares({ of, looks }) {
  const lines = useMemo(() => of.arms.map(({ arm, shares }) => ({ name: arm, values: shares, look: looks.get(arm) })), [of, looks]);
  return html`
    <h2>Which arms are drawn</h2>
    <div class="with-figures">
      ${of.ends.length > 1 && html`<${Lines} title="Shares of arms over time" x=${of.ends} xName="decisions" lines=${lines} />`}
      <${Table} caption=${`Draws of ${of.selected.toLocaleString("en")} decisions`} rows=${of.arms} rowKey=${({ arm }) => arm}
        columns=${[
          ["arm", ({ arm }) => arm],
          ["drawn", ({ drawn }) => drawn, true],
          ["share", ({ share }) => percent(share, 1), true],
          [`of the newest ${of.recent}`, ({ recent_share: share }) => percent(share, 1), true],
          ["mean reward", ({ reward }) => figure(reward?.mean, 3), true],
          ["95 %", ({ reward }) => (reward?.count ? range(reward.low, reward.high, 3) : "–"), true],
        ]} />
    </div>`;
}
