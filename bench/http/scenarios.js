// Under what load everything is measured.

/** Latencies of the endpoint: of a call, and of each of its rows. */
export const LATENCIES = [
  { name: "0", title: "0 ms", ms: 0, rowMs: 0 },
  { name: "5", title: "5 ms", ms: 5, rowMs: 0 },
  { name: "5+0.1", title: "5 ms + 0.1 ms a row", ms: 5, rowMs: 0.1 },
  { name: "20", title: "20 ms", ms: 20, rowMs: 0 },
  { name: "100", title: "100 ms", ms: 100, rowMs: 0 },
];
export const CONNECTIONS = [1, 50, 200, 1000];
export const ROWS = [1, 100];

/** What `--quick` leaves: the load of the goals, and one of large requests. */
const QUICK = new Set(["0/1/1", "0/200/1", "5/1/1", "5/200/1", "5/200/100"]);

/**
 * @param {{ quick: boolean, only: Map<string, string[]> }} options `only`: latency, connections or rows → those to keep
 * @returns {{ latency: object, connections: number, rows: number }[]}
 */
export function scenarios({ quick, only }) {
  const wanted = (key, value) => only.get(key)?.includes(String(value)) ?? true;
  return ROWS.flatMap((rows) =>
    LATENCIES.flatMap((latency) => CONNECTIONS.map((connections) => ({ latency, connections, rows }))),
  ).filter(
    ({ latency, connections, rows }) =>
      (!quick || QUICK.has(`${latency.name}/${connections}/${rows}`)) &&
      wanted("latency", latency.name) &&
      wanted("connections", connections) &&
      wanted("rows", rows),
  );
}

/**
 * Reads `--only latency=0,5 --only service=skewless`.
 *
 * @param {string[]} texts
 * @returns {Map<string, string[]>}
 */
export function readOnly(texts, names) {
  const allowed = {
    latency: LATENCIES.map(({ name }) => name),
    connections: CONNECTIONS.map(String),
    rows: ROWS.map(String),
    service: names,
  };
  const only = new Map();
  for (const text of texts) {
    const [key, list = ""] = text.split("=", 2);
    const values = list.split(",");
    const unknown = values.find((value) => !allowed[key]?.includes(value));
    if (unknown !== undefined) {
      const keys = Object.entries(allowed).map(([name, all]) => `  ${name}=${all.join(",")}`);
      throw new Error(`--only ${text}: it must be some of\n${keys.join("\n")}`);
    }
    only.set(key, values);
  }
  return only;
}
