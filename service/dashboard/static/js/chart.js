// Lines over decisions, with bands for their intervals. The same figures are in a table below, for who can't see them.
import uPlot from "../vendor/uplot/uPlot.esm.js";
import { useScheme } from "./frame/theme.js";
import { html, useEffect, useRef } from "./html.js";
import { figure, Table } from "./parts.js";

const HUES = {
  light: ["#2b62a8", "#c0672a", "#3d8b5f", "#8a4fa3", "#a18f29", "#b23a5c", "#4a9aa8"],
  dark: ["#5c93d6", "#d98a52", "#5aa97c", "#b07cc8", "#c4b04a", "#d4698a", "#6dbac7"],
};
const DASHES = [[], [7, 3], [2, 3], [9, 3, 2, 3], [14, 4]];

/** Resolve a colour of the style sheet: a canvas takes no `light-dark()`. */
function colour(element, name) {
  element.style.color = `var(${name})`;
  const resolved = getComputedStyle(element).color;
  element.style.color = "";
  return resolved;
}

/** The room that an axis' numbers take. */
const roomFor = (_chart, values) => 18 + 8 * Math.max(4, ...(values ?? []).map((value) => value.length));

/** Where the axis begins and ends: some room around the figures, also where all are alike. */
const around = (_chart, low, high) => (low === high ? [(low ?? 0) - 1, (high ?? 0) + 1] : uPlot.rangeNum(low, high, 0.1, true));

/**
 * Draw lines: {name, values, lows?, highs?, look?} each, over x; `label` writes a value of x, where that isn't a number.
 * Lines of one look have one colour and one style on all charts.
 */
export function Lines({ title, x, xName, yName, lines, label, digits = 2, height = 260 }) {
  const place = useRef(null);
  const off = useRef(new Set()); // lines that were switched off in the legend stay so when the chart is made anew
  const scheme = useScheme(); // a canvas keeps the colours that it was drawn with
  useEffect(() => {
    const [ink, line] = [colour(place.current, "--soft"), colour(place.current, "--line")];
    const axis = { stroke: ink, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 } };
    const series = [label ? { label: xName, value: (_chart, at) => (at === null ? "–" : label(at)) } : { label: xName }];
    const places = label ? { values: (_chart, splits) => splits.map((at) => (Number.isInteger(at) ? label(at) : "")) } : {};
    const data = [x];
    const bands = [];
    lines.forEach(({ name, values, lows, highs, look }, number) => {
      const [hues, at] = [HUES[scheme], look ?? number];
      const [stroke, dash] = [hues[at % hues.length], DASHES[at % DASHES.length]];
      series.push({ label: name, stroke, dash, width: 1.5, value: (_chart, value) => figure(value, digits) });
      data.push(values);
      if (!lows) return;
      bands.push({ series: [data.length, data.length + 1], fill: `${stroke}26` });
      const end = { stroke: `${stroke}55`, width: 1, class: "interval" };
      series.push({ ...end, label: `${name}, high` }, { ...end, label: `${name}, low` });
      data.push(highs, lows);
    });
    for (const each of series) each.show = !off.current.has(each.label);
    const size = () => ({ width: Math.max(280, place.current.clientWidth), height });
    const scales = { x: { time: false }, y: { range: around } };
    const legend = { markers: { dash: (_chart, at) => (series[at].dash?.length ? "dashed" : "solid") } };
    const chart = new uPlot({ ...size(), series, bands, scales, legend, axes: [{ ...axis, ...places, label: xName }, { ...axis, size: roomFor, label: yName }] }, data, place.current);
    const watch = new ResizeObserver(() => chart.setSize(size()));
    watch.observe(place.current);
    return () => {
      watch.disconnect();
      for (const { label: name, show } of chart.series) off.current[show ? "delete" : "add"](name);
      chart.destroy();
    };
  }, [x, lines, scheme]);
  const columns = [[xName, (at) => (label ? label(x[at]) : x[at])], ...lines.flatMap(({ name, values, lows, highs }) => [
    [name, (at) => figure(values[at], digits), true],
    ...(lows ? [[`${name}: low`, (at) => figure(lows[at], digits), true], [`${name}: high`, (at) => figure(highs[at], digits), true]] : []),
  ])];
  return html`
    <figure class="chart" aria-label=${title}>
      <div ref=${place} aria-hidden="true"></div>
      <details><summary>${title}: the figures</summary><${Table} caption=${title} columns=${columns} rows=${x.map((_, at) => at)} /></details>
    </figure>`;
}
