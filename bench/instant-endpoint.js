// A SageMaker endpoint for the bench: InvokeEndpoint at the least CPU, with a latency that can be set. Not the stub of
// `skewless stub`: that one evaluates a model and can be told to fail, which takes CPU that the services would lack.
import { createServer } from "node:http";
import { answerTo } from "./http/truth.js";
import { readOptions } from "./options.js";

const {
  positionals: [port],
} = readOptions({
  summary: `A SageMaker endpoint that takes hardly any CPU, for the other scripts, which start it themselves:
  POST /endpoints/{name}/invocations   one number a row, see http/truth.js
  PUT  /bench/latency                  {"ms": 5, "rowMs": 0.1}
  GET  /bench/tally                    {"calls": …, "rows": …, "inFlight": …} since the start`,
  positional: "PORT",
  needs: "a free port.",
  writes: "nothing.",
});

let latency = { ms: 0, rowMs: 0 };
const tally = { calls: 0, rows: 0, inFlight: 0 };

/** Row → its answer: rows come again and again, and to split numbers is most of the work. */
const known = new Map();
const MOST_KNOWN = 10_000;

function answerText(line) {
  const found = known.get(line);
  if (found !== undefined) return found;
  const text = String(answerTo(line));
  if (known.size < MOST_KNOWN) known.set(line, text);
  return text;
}

/** Timers count whole milliseconds; what is cut off is carried to the next call, so that the mean is right. */
let carried = 0;
function wholeMs(ms) {
  const whole = Math.floor(ms + carried);
  carried += ms - whole;
  return whole;
}

const HEADERS = [
  ["Content-Type", "text/csv; charset=utf-8"],
  ["x-Amzn-Invoked-Production-Variant", "AllTraffic"],
];

function invoke(body, response) {
  const id = `bench-${++tally.calls}`;
  tally.inFlight++;
  const lines = body.toString("latin1").split("\n");
  // A trailing newline is no row.
  if (lines.at(-1) === "") lines.pop();
  tally.rows += lines.length;
  let text = "";
  for (const line of lines) text += `${answerText(line)}\n`;
  const send = () => {
    tally.inFlight--;
    response.writeHead(200, [...HEADERS, ["x-amzn-RequestId", id], ["Content-Length", text.length]]);
    response.end(text);
  };
  const ms = wholeMs(latency.ms + latency.rowMs * lines.length);
  if (ms === 0) send();
  else setTimeout(send, ms);
}

function answer(request, body, response) {
  if (request.url.startsWith("/endpoints/")) return invoke(body, response);
  if (request.url === "/bench/latency") latency = JSON.parse(body);
  return response.end(JSON.stringify(tally));
}

const server = createServer((request, response) => {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    const body = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
    try {
      answer(request, body, response);
    } catch (error) {
      response.writeHead(400).end(String(error));
    }
  });
});
// A connection that is closed while idle would be an error of the service that uses it next.
server.keepAliveTimeout = 3_600_000;
server.listen(Number(port), "127.0.0.1");
