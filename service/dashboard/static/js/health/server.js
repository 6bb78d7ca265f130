// Redis and the engine: how they are, and what to do where one is amiss.
import { count } from "../cost/words.js";
import { html } from "../html.js";
import { figure, Figures, State, Table } from "../parts.js";
import { Coded, Prose } from "./coded.js";
import { Level } from "./levels.js";

const MIB = 1048576;
const PROMISED = { strict: "a crash of Redis loses nothing", default: "a crash of Redis may lose two seconds" };

/** Time since a start, roughly. */
function lasting(s) {
  if (s < 60) return "less than a minute";
  if (s < 7200) return `${Math.floor(s / 60)}\u00a0min`;
  return s < 172800 ? `${Math.floor(s / 3600)}\u00a0h` : `${Math.floor(s / 86400)}\u00a0days`;
}

/** How Redis is. */
export function Redis({ of }) {
  if (!of.up) {
    return html`<h2>Redis</h2>
      <${State} title="Redis does not answer" bad=${true}><p><${Coded} text=${of.why} /></p><p><${Coded} text=${of.findings[0]?.mend ?? ""} /></p><p>This page sees by itself when it is back.</p><//>`;
  }
  const most = of.most_bytes ? `of ${figure(of.most_bytes / MIB, 0)} MiB` : "without a limit";
  return html`
    <h2>Redis</h2>
    <${Figures} of=${[
      [of.server, of.version, `up for ${lasting(of.uptime_s)}`],
      ["round trip", html`${figure(of.ping_ms, 2)}\u00a0ms`],
      ["memory", html`${figure(of.used_bytes / MIB, 1)}\u00a0MiB`, most],
      ["keys", count(of.keys), "of all who use it"],
      ["durability", of.durability, PROMISED[of.durability]],
      ["on disk", of.append_only ? of.sync || "unknown" : "no log", of.append_only ? "appendfsync, as the server says" : "not append-only, as the server says"],
    ]} />
    <${Table} caption="What was found in Redis" rows=${of.findings} columns=${[
      ["is", ({ level }) => html`<${Level} of=${level} />`],
      ["found", ({ found }) => html`<${Prose} text=${found} />`],
      ["what to do", ({ mend }) => (mend ? html`<${Prose} text=${mend} />` : "–")],
    ]} />`;
}

/** How the engine is. */
export function Engine({ of }) {
  return html`
    <h2>Engine</h2>
    <${Figures} of=${[
      ["engine", of.name, of.model],
      ["state", html`<${Level} of=${of.ready ? "ok" : "fail"} />`, of.ready ? "ready" : "not ready"],
      ["window", count(of.window_tokens), "tokens"],
    ]} />
    ${!of.ready && html`<${State} title="The engine is not ready" bad=${true}><p><${Coded} text=${of.why} /></p><p><${Coded} text=${of.mend} /></p><//>`}
    ${of.notice && html`<p class="note">${of.notice}</p>`}`;
}
