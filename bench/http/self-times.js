// A CPU profile of V8 → where the time goes.
import { table } from "../measure.js";

/**
 * Markdown: self time by function, and by package, of the time in which the process did something.
 *
 * @param {object} profile as of the inspector's `Profiler.stop`
 * @param {number} top functions to name
 */
export function selfTimes(profile, top) {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node.callFrame]));
  const byFunction = new Map();
  const byPlace = new Map();
  let busyUs = 0;
  let idleUs = 0;
  for (const [i, id] of profile.samples.entries()) {
    const { functionName, url, lineNumber } = nodes.get(id);
    const us = Math.max(0, profile.timeDeltas[i]);
    if (functionName === "(idle)") {
      idleUs += us;
      continue;
    }
    busyUs += us;
    const place = placeOf(url, functionName);
    add(byPlace, place, us);
    const at = url === "" ? "" : `${shortOf(url)}:${lineNumber + 1}`;
    add(byFunction, `${functionName || "(anonymous)"}\t${at}`, us);
  }
  const share = (us) => `${((100 * us) / busyUs).toFixed(1)} %`;
  const places = ranked(byPlace).map(([place, us]) => [place, share(us)]);
  const functions = ranked(byFunction)
    .slice(0, top)
    .map(([key, us]) => key.split("\t").concat(share(us)));
  const busy = Math.round((100 * busyUs) / (busyUs + idleUs));
  return `The main thread was busy for ${busy} % of the time; shares are of that.

${table([["package", "self time"], ...places])}

${table([["function", "at", "self time"], ...functions])}`;
}

function add(map, key, us) {
  map.set(key, (map.get(key) ?? 0) + us);
}

function ranked(map) {
  return [...map].toSorted((a, b) => b[1] - a[1]);
}

/** The package that a file is of; else Node, Skewless, or what V8 calls it. */
function placeOf(url, functionName) {
  if (url === "") {
    return ["(garbage collector)", "(program)"].includes(functionName) ? functionName : "V8's own functions";
  }
  if (url.startsWith("node:")) return "Node";
  const within = url.split("/node_modules/").at(-1);
  if (within === url) return "this project";
  return within.split("/", within.startsWith("@") ? 2 : 1).join("/");
}

function shortOf(url) {
  if (url.startsWith("node:")) return url;
  const parts = url.split("/node_modules/");
  if (parts.length > 1) return parts.at(-1);
  return /\/((?:dist|src|bench)\/.*)$/.exec(url)?.[1] ?? url.split("/").at(-1);
}
