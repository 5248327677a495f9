import { Type } from "@sinclair/typebox";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { ModelCheck } from "./app.ts";
import { problemResponses } from "./problems.ts";

const Live = Type.Object({ status: Type.Literal("live") });

const Ready = Type.Object({
  status: Type.Unsafe<string>({ type: "string", enum: ["ready", "starting", "draining"] }),
  models: Type.Array(
    Type.Object({
      model: Type.String(),
      state: Type.Unsafe<ModelCheck["state"]>({
        type: "string",
        enum: ["waiting", "ready", "failing", "unchecked"],
        description: "Whether its golden prediction has come back.",
      }),
      detail: Type.Optional(Type.String({ description: "Why it is failing, or why it was not checked." })),
    }),
  ),
});

/** `GET /livez`: the process answers. `GET /readyz`: every model has answered its golden row, and nothing is draining. */
export function registerHealth(app: FastifyInstance, checks: () => readonly ModelCheck[]): void {
  let draining = false;
  app.addHook("preClose", async () => {
    draining = true;
  });
  app.get(
    "/livez",
    {
      onRequest: markProbe,
      schema: {
        tags: ["operations"],
        operationId: "livez",
        summary: "Whether the process is alive",
        response: { 200: { description: "It is.", ...Live }, ...problemResponses() },
      },
    },
    async () => ({ status: "live" }),
  );
  app.get(
    "/readyz",
    {
      onRequest: markProbe,
      schema: {
        tags: ["operations"],
        operationId: "readyz",
        summary: "Whether requests should be sent here",
        response: {
          200: { description: "They should.", ...Ready },
          503: { description: "Not yet, or no longer.", ...Ready },
          ...problemResponses(),
        },
      },
    },
    async (_request, reply) => {
      const models = checks();
      const ready = !draining && models.every(({ state }) => state === "ready" || state === "unchecked");
      const status = draining ? "draining" : ready ? "ready" : "starting";
      return reply.code(ready ? 200 : 503).send({ status, models });
    },
  );
}

function markProbe(request: FastifyRequest, _reply: FastifyReply, done: () => void): void {
  request.isProbe = true;
  done();
}
