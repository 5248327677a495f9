// The limit: a Fastify route that reads and encodes a request as Skewless does, calls nothing, and answers a constant.
import { env } from "node:process";
import { fileURLToPath } from "node:url";
import { fastify } from "fastify";
import { loadModel } from "../../dist/registry.js";

const modelFile = fileURLToPath(new URL("../../models/bike-rental.yaml", import.meta.url));
const { pipeline } = await loadModel(modelFile, {});
const app = fastify({ bodyLimit: 6_291_456 });
// oxlint-disable-next-line oxc/no-async-endpoint-handlers -- this is Fastify
app.post("/predict", async (request) => {
  const lines = pipeline.encode(pipeline.readInstances(request.body));
  return { predictions: Array.from({ length: lines.length }, () => 571.092597122044) };
});
await app.listen({ port: Number(env["PORT"]), host: "127.0.0.1" });
