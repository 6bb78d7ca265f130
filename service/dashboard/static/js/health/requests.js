// How HTTP requests were answered since the service started: errors by kind, and how long each route took.
import { count, some, spent } from "../cost/words.js";
import { html } from "../html.js";
import { State, Table } from "../parts.js";
import { Prose } from "./coded.js";

const routed = ({ method, route }) => html`<code class="health-name">${method} ${route}</code>`;

/** Kinds of problems in which requests ended, with what to do. */
export function RequestErrors({ of }) {
  if (!of.problems.length) {
    return html`<h2>Errors of requests</h2><${State} title="No error">None of ${some(of.requests, "HTTP request")} since this service started ended in one.<//>`;
  }
  const where = (routes) => Object.entries(routes).map(([route, number]) => html`<div key=${route}><code class="health-name">${route}</code> ${number > 1 && html`<small>× ${count(number)}</small>`}</div>`);
  return html`
    <h2>Errors of requests</h2>
    <p class="note">Since this service started, in all its processes: ${count(of.failed)} failed and ${count(of.refused)} were refused, of ${some(of.requests, "HTTP request")}.</p>
    <${Table} caption="Problems in which requests ended, the most frequent first" rows=${of.problems} rowKey=${({ problem, status }) => `${problem} ${status}`} columns=${[
      ["problem", ({ problem }) => html`<code class="health-name">${problem}</code>`],
      ["status", ({ status }) => (status < 400 ? `${status}, in its events` : status)],
      ["requests", ({ count: requests }) => count(requests), true],
      ["route", ({ routes }) => where(routes)],
      ["what to do", ({ mend }) => html`<${Prose} text=${mend} />`],
    ]} />`;
}

/** How long requests took, by route: the slowest first, as far as a histogram tells. */
export function SlowestRequests({ of }) {
  if (!of.routes.length) return null;
  const bound = (s, { lasting }) => (lasting ? "–" : s === null ? `over ${spent(1000 * of.largest_s)}` : `≤ ${spent(1000 * s)}`);
  const errors = ({ problems }) => Object.values(problems).reduce((sum, number) => sum + number, 0);
  return html`
    <h2>Slowest requests</h2>
    <p class="note">
      Times since this service started. A histogram keeps them: so half, 95 % and all of them took <em>at most</em> what stands here; the mean is exact.
      A dash is of a connection that stays open for as long as somebody listens.
    </p>
    <${Table} caption="HTTP requests by route, the slowest first" rows=${of.routes} rowKey=${({ method, route }) => `${method} ${route}`} columns=${[
      ["route", routed],
      ["requests", ({ requests }) => count(requests), true],
      ["errors", (route) => count(errors(route)), true],
      ["mean", ({ mean_s: s }) => (s === null ? "–" : spent(1000 * s)), true],
      ["half", (route) => bound(route.p50_s, route), true],
      ["95 %", (route) => bound(route.p95_s, route), true],
      ["slowest", (route) => bound(route.slowest_s, route), true],
    ]} />`;
}
