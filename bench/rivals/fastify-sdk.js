// Fastify, and one call of the AWS SDK a request.
import { env } from "node:process";
import { fastify } from "fastify";
import { bodySchema, predict } from "./by-hand.js";

const app = fastify({ requestIdHeader: "x-request-id", bodyLimit: 6_291_456 });
const response = {
  200: { type: "object", properties: { predictions: { type: "array", items: { type: "number" } } } },
};
app.post("/predict", { schema: { body: bodySchema, response } }, async (request, reply) => {
  reply.header("x-request-id", request.id);
  return { predictions: await predict(request.body.instances) };
});
await app.listen({ port: Number(env["PORT"]), host: "127.0.0.1" });
