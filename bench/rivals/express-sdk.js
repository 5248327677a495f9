// Express, and one call of the AWS SDK a request.
import { env } from "node:process";
import { Ajv } from "ajv";
import express from "express";
import { bodySchema, predict } from "./by-hand.js";

const validate = new Ajv({ strictTuples: false }).compile(bodySchema);
const app = express();
app.use(express.json({ limit: "6mb" }));
// oxlint-disable-next-line oxc/no-async-endpoint-handlers -- Express 5 takes rejections for what they are
app.post("/predict", async (request, response) => {
  if (!validate(request.body)) {
    response.status(400).json({ errors: validate.errors });
    return;
  }
  response.set("x-request-id", request.get("x-request-id"));
  response.json({ predictions: await predict(request.body.instances) });
});
app.listen(Number(env["PORT"]), "127.0.0.1");
