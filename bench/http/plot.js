// Cells → a picture: small panels of one scale, to see at a glance who keeps up under which load. SVG by hand, light and dark.
import { CONNECTIONS, LATENCIES, ROWS } from "./scenarios.js";
import { ratio } from "./report.js";

const PANEL = { width: 186, height: 128, gapX: 16 };
const LEFT = 66;
const TOP = 132;
const BAND = PANEL.height + 58;
const WIDTH = LEFT + LATENCIES.length * (PANEL.width + PANEL.gapX) + 8;

const MEASURES = [
  { name: "perS", title: "requests a second, more is better", read: ({ perS }) => perS },
  { name: "p99Ms", title: "99th percentile in ms, less is better", read: ({ p99Ms }) => p99Ms },
];

/** Service → its marker around (0, 0), so that colour is not all that tells them apart. */
const MARKERS = {
  skewless: `<circle r="4.2"/>`,
  bare: `<path d="M-4 0H4M0 -4V4"/>`,
  "bare-telling": `<path d="M-3.4 -3.4L3.4 3.4M3.4 -3.4L-3.4 3.4"/>`,
  "fastify-sdk": `<rect x="-3.4" y="-3.4" width="6.8" height="6.8"/>`,
  "express-sdk": `<path d="M0 -4.4L4.2 3.4H-4.2Z"/>`,
  "fastapi-boto3": `<path d="M0 -4.6L4.6 0L0 4.6L-4.6 0Z"/>`,
};

const STYLE = `
svg{--paper:#fff;--ink:#1f2328;--soft:#59636e;--grid:#d8dee4;--skewless:#d1242f;--bare:#6e7781;--bare-telling:#9a6700;--fastify-sdk:#0969da;--express-sdk:#1a7f64;--fastapi-boto3:#8250df}
@media (prefers-color-scheme:dark){svg{--paper:#0d1117;--ink:#e6edf3;--soft:#9198a1;--grid:#30363d;--skewless:#ff7b72;--bare:#9198a1;--bare-telling:#d29922;--fastify-sdk:#58a6ff;--express-sdk:#56d4b0;--fastapi-boto3:#bc8cff}}
text{font:12px system-ui,sans-serif;fill:var(--ink)}
.title{font-size:18px;font-weight:600}.band{font-weight:600}.soft{fill:var(--soft);font-size:11px}
.grid{stroke:var(--grid);fill:none}.ceiling{stroke:var(--soft);stroke-dasharray:1 4;fill:none}
.line{fill:none;stroke-width:1.8}.skewless .line{stroke-width:3}.bare .line{stroke-dasharray:5 4}
${Object.keys(MARKERS)
  .map((name) => `.${name}{stroke:var(--${name});fill:var(--${name})}`)
  .join("")}
.mark{stroke-width:1.6}`;

/**
 * @param {object[]} cells as of `report`
 * @param {{ name: string, title: string }[]} services in the order of the key
 * @returns {string} SVG
 */
export function plot(cells, services) {
  const rows = ROWS.filter((count) => cells.some((cell) => cell.rows === count));
  const bands = rows.flatMap((count) => MEASURES.map((measure) => ({ count, measure })));
  const height = TOP + bands.length * BAND + 4;
  // Skewless last, and so on top.
  const frame = {
    latencies: LATENCIES.filter(({ name }) => cells.some(({ latency }) => latency.name === name)),
    counts: CONNECTIONS.filter((count) => cells.some(({ connections }) => connections === count)),
  };
  const order = services.toSorted((a, b) => Number(a.name === "skewless") - Number(b.name === "skewless"));
  const drawn = bands.map(({ count, measure }, i) =>
    band(cells, order, frame, count, measure, TOP + i * BAND),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="Requests a second and 99th percentile of each service, by latency of the endpoint and number of connections">
<style>${STYLE}
</style>
<rect width="${WIDTH}" height="${height}" fill="var(--paper)"/>
<text class="title" x="16" y="30">Skewless and what else one could put before an endpoint</text>
<text class="soft" x="16" y="49">Scales logarithmic. In grey: Skewless to Fastify + SDK at 200 connections. Across: connections. Dotted: connections ÷ latency, the most that anyone who waits for it can do. × below: void.</text>
${key(services)}
${drawn.join("\n")}
</svg>
`;
}

function key(services) {
  let x = 16;
  return services
    .map(({ name, title }) => {
      const text = `<g class="${name}" transform="translate(${x} 72)"><path class="line" d="M0 0H26"/><g class="mark" transform="translate(13 0)">${MARKERS[name]}</g></g><text x="${x + 33}" y="76">${escaped(title)}</text>`;
      x += 58 + title.length * 6.4;
      return text;
    })
    .join("\n");
}

/** One measure under requests of one size: a panel a latency, all on one scale. */
function band(cells, services, { latencies, counts }, rows, { name, title, read }, top) {
  const own = cells.filter((cell) => cell.rows === rows);
  const scale = scaleOf(own.filter(({ voided }) => voided === undefined).map(read));
  const panels = latencies.map((latency, i) => {
    const here = own.filter((cell) => cell.latency.name === latency.name);
    if (here.length === 0) return "";
    const x = LEFT + i * (PANEL.width + PANEL.gapX);
    const note = name === "perS" ? advantage(here) : "";
    return `<g transform="translate(${x} ${top})">
<text x="0" y="-6">${latency.title}</text>${note}
${grid(scale, counts)}
${name === "perS" ? ceiling(latency, rows, scale, counts) : ""}
${services.map((service) => line(here, service.name, read, scale, counts)).join("\n")}
</g>`;
  });
  const what = rows === 1 ? "One row a request" : `${rows} rows a request`;
  const labels = scale.ticks.map(
    (tick) =>
      `<text class="soft" text-anchor="end" x="${LEFT - 6}" y="${round(top + scale.y(tick) + 4)}">${tick.toLocaleString("en-US")}</text>`,
  );
  return `<text class="band" x="16" y="${top - 24}">${what}: ${title}. Panels: latency of the endpoint</text>
${labels.join("\n")}
${panels.join("\n")}`;
}

/** What the panel says in figures: how far Skewless is ahead at 200 connections. */
function advantage(here) {
  const at = (service) =>
    here.find((cell) => cell.service === service && cell.connections === 200 && cell.voided === undefined);
  const [own, other] = [at("skewless"), at("fastify-sdk")];
  if (own === undefined || other === undefined) return "";
  return `<text class="soft" text-anchor="end" x="${PANEL.width}" y="-6">${ratio(own.perS / other.perS)} ×</text>`;
}

function scaleOf(values) {
  const positive = values.filter((value) => value > 0);
  const [least, most] = [Math.min(...positive, 1e9), Math.max(...positive, 1)];
  const low = Math.log10(Math.min(least, most)) - 0.08;
  const high = Math.log10(most) + 0.08;
  const ticks = [];
  for (let power = Math.ceil(low); power <= high; power++) ticks.push(10 ** power);
  const y = (value) => PANEL.height - ((Math.log10(value) - low) / Math.max(high - low, 0.1)) * PANEL.height;
  return { ticks, y };
}

/** A place each, however far apart they are. */
function xOf(connections, counts) {
  return (PANEL.width / counts.length) * (counts.indexOf(connections) + 0.5);
}

function grid({ ticks, y }, counts) {
  const lines = ticks.map((tick) => `M0 ${round(y(tick))}H${PANEL.width}`).join("");
  const labels = counts
    .map(
      (count) =>
        `<text class="soft" text-anchor="middle" x="${round(xOf(count, counts))}" y="${PANEL.height + 15}">${count.toLocaleString("en-US")}</text>`,
    )
    .join("");
  return `<path class="grid" d="M0 0V${PANEL.height}H${PANEL.width}${lines}"/>${labels}`;
}

/** connections ÷ latency, where it lies within the panel. */
function ceiling(latency, rows, { y }, counts) {
  const callMs = latency.ms + latency.rowMs * rows;
  if (callMs === 0) return "";
  const points = counts.map((count) => ({ x: xOf(count, counts), y: y((count / callMs) * 1000) }));
  return clipped(points)
    .map(([a, b]) => `<path class="ceiling" d="M${round(a.x)} ${round(a.y)}L${round(b.x)} ${round(b.y)}"/>`)
    .join("");
}

/** The pieces of a line that rises from left to right, without what lies above the panel. */
function clipped(points) {
  return points.slice(1).flatMap((b, i) => {
    const a = points[i];
    if (a.y < 0) return [];
    if (b.y >= 0) return [[a, b]];
    return [[a, { x: a.x + ((b.x - a.x) * a.y) / (a.y - b.y), y: 0 }]];
  });
}

function line(here, name, read, { y }, counts) {
  const own = here.filter(({ service }) => service === name);
  const pointOf = (cell) => `${round(xOf(cell.connections, counts))} ${round(y(read(cell)))}`;
  const points = own.flatMap((cell) => (cell.voided === undefined ? [pointOf(cell)] : []));
  // A void cell is a gap: no line leads over it.
  const steps = own.map((cell, i) => {
    if (cell.voided !== undefined) return "";
    return `${i === 0 || own[i - 1].voided !== undefined ? "M" : "L"}${pointOf(cell)}`;
  });
  const path = points.length > 1 ? `<path class="line" d="${steps.join("")}"/>` : "";
  const marks = points.map((at) => `<g transform="translate(${at})">${MARKERS[name]}</g>`).join("");
  // Side by side, because void cells of several services share a place.
  const shift = (Object.keys(MARKERS).indexOf(name) - 2) * 6;
  const voids = own
    .filter(({ voided }) => voided !== undefined)
    .map(
      ({ connections }) =>
        `<path d="M-3 -3L3 3M-3 3L3 -3" transform="translate(${round(xOf(connections, counts) + shift)} ${PANEL.height - 6})"/>`,
    )
    .join("");
  return `<g class="${name}">${path}<g class="mark">${marks}${voids}</g></g>`;
}

function round(value) {
  return Math.round(value * 10) / 10;
}

function escaped(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
