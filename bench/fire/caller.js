// One request over HTTP, and the time until its end.
import { request } from "node:http";

/** So much longer than its deadline is waited for an answer, before the request is given up as one that hangs. */
const PATIENCE_MS = 20_000;

/**
 * Sends a request and waits for its end.
 *
 * @param {string} url
 * @param {import("./requests.js").Asked} asked
 * @param {import("node:http").Agent} agent
 * @returns {Promise<{ tookMs: number, answer?: import("./judge.js").Answer, gone?: true, failure?: string }>} an answer, or
 *   that the caller went away before it came, or how it failed without one
 */
export function call(url, { body, headers, deadlineMs, goesAfterMs }, agent) {
  return new Promise((resolve) => {
    const beganMs = performance.now();
    let isOver = false;
    const end = (outcome) => {
      if (isOver) return;
      isOver = true;
      clearTimeout(patience);
      clearTimeout(departure);
      resolve({ tookMs: performance.now() - beganMs, ...outcome });
    };
    const outgoing = request(url, {
      method: "POST",
      agent,
      headers: { ...headers, "content-length": Buffer.byteLength(body) },
    });
    const leave = (outcome) => {
      end(outcome);
      outgoing.destroy();
    };
    const patience = setTimeout(() => leave({ failure: "hangs" }), deadlineMs + PATIENCE_MS);
    const departure =
      goesAfterMs === undefined ? undefined : setTimeout(() => leave({ gone: true }), goesAfterMs);
    outgoing.on("error", (error) => end({ failure: `${error.code ?? error.name}: ${error.message}` }));
    outgoing.on("response", (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("error", (error) => end({ failure: `breaks off: ${error.message}` }));
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString("utf8");
        end({ answer: { status: response.statusCode, headers: response.headers, text } });
      });
    });
    outgoing.end(body);
  });
}
