// The limit: a Fastify route that reads and encodes a request as Skewless does, calls nothing, and answers a constant.
// With TELL=1 it logs a line a request, and says in headers, what Skewless does.
import { randomUUID } from "node:crypto";
import { env } from "node:process";
import { fileURLToPath } from "node:url";
import { LogController, fastify } from "fastify";
import { loadModel } from "../../dist/registry.js";

const modelFile = fileURLToPath(new URL("../../models/bike-rental.yaml", import.meta.url));
const { pipeline } = await loadModel(modelFile, {});
const tells = env["TELL"] === "1";
const logging = {
  logger: true,
  logController: new LogController({ disableRequestLogging: true }),
  requestIdHeader: "x-request-id",
};
const app = fastify({ bodyLimit: 6_291_456, ...(tells ? logging : {}) });
if (tells) {
  // As much as Skewless says of a request, in headers and in its line of log: what that alone costs.
  const facts = { invokedVariant: "AllTraffic", endpointRequestId: randomUUID(), attempts: 1 };
  const batch = { batchRows: 64, batchCalls: 1, waitedMs: 4.2 };
  app.addHook("onSend", (request, reply, _payload, done) => {
    reply.headers({
      "x-request-id": request.id,
      "x-amzn-invoked-production-variant": facts.invokedVariant,
      "x-amzn-requestid": facts.endpointRequestId,
      "skewless-attempts": "1",
      "skewless-batch-rows": "64",
      "skewless-batch-calls": "1",
      "server-timing": "queue;dur=4.2",
    });
    done();
  });
  app.addHook("onResponse", (request, reply, done) => {
    const { method, routeOptions } = request;
    const ms = Math.round(reply.elapsedTime * 1000) / 1000;
    const said = {
      method,
      route: routeOptions.url,
      status: reply.statusCode,
      ms,
      model: "bike-rental",
      rows: 1,
    };
    request.log.info({ ...said, ...facts, ...batch }, "request");
    done();
  });
}
// oxlint-disable-next-line oxc/no-async-endpoint-handlers -- this is Fastify
app.post("/predict", async (request) => {
  const lines = pipeline.encode(pipeline.readInstances(request.body));
  return { predictions: Array.from({ length: lines.length }, () => 571.092597122044) };
});
await app.listen({ port: Number(env["PORT"]), host: "127.0.0.1" });
