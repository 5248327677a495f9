import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Scene,
  type ScenarioServer,
  answer,
  fault,
  startScenarioServer,
} from "../endpoint/scenario-server.ts";
import { type ProblemCode, catalogue } from "../../src/errors.ts";
import type { Stub } from "../../src/stub/server.ts";
import { type Rig, bodyWith, golden, post, problemOf, startDemoStub, startRig } from "./rig.ts";

interface Media {
  readonly schema: object;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, { readonly summary: string; readonly value: unknown }>>;
}
interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly example?: string }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<
    Record<string, { readonly description: string; readonly content: Readonly<Record<string, Media>> }>
  >;
}
interface Description {
  readonly openapi: string;
  readonly info: { readonly version: string };
  readonly servers?: unknown;
  readonly tags: readonly { readonly name: string }[];
  readonly components: {
    readonly schemas: Readonly<Record<string, object>>;
    readonly examples: Readonly<Record<ProblemCode, { readonly summary: string; readonly value: object }>>;
  };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

let stub: Stub;
let rig: Rig;
let description: Description;
beforeAll(async () => {
  stub = await startDemoStub();
  rig = await startRig(stub.url);
  description = (await rig.app.inject("/openapi.json")).json();
});
afterAll(async () => {
  await rig.service.close();
  await stub.close();
});

const operations = () =>
  Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );

/** Every value under a key, at any depth. */
function* valuesOf(key: string, value: unknown): Generator<unknown> {
  if (typeof value !== "object" || value === null) return;
  for (const [name, inner] of Object.entries(value)) {
    if (name === key) yield inner;
    yield* valuesOf(key, inner);
  }
}

/** A validator of a place in the description, whose references reach the rest of it. */
const validatorOf = (...pointer: readonly (string | number)[]): ValidateFunction => {
  const ajv = new Ajv2020({ allErrors: true, strict: false, formats: { "uri-reference": true } });
  ajv.addSchema(description, "openapi");
  const path = pointer.map((part) =>
    encodeURIComponent(String(part).replaceAll("~", "~0").replaceAll("/", "~1")),
  );
  const validate = ajv.getSchema(`openapi#/${path.join("/")}`);
  expect(validate, path.join("/")).toBeDefined();
  return validate as ValidateFunction;
};

describe("the description", () => {
  test("is OpenAPI 3.1 of this version, with addresses relative to where it was loaded", () => {
    expect(description.openapi).toBe("3.1.0");
    expect(description.info.version).toBe("0.1.0");
    // Which OpenAPI reads as "/".
    expect(description.servers).toBeUndefined();
  });

  test("holds the routes that there are, the default model's first, and none that is not", () => {
    expect(operations().map(({ path, method }) => `${method.toUpperCase()} ${path}`)).toEqual([
      "POST /predict",
      "POST /models/bike-rental/predict",
      "GET /models",
      "GET /models/{name}",
      "GET /problems",
      "GET /problems/{code}",
      "GET /livez",
      "GET /readyz",
    ]);
    const hidden = ["/", "/openapi.json", "/docs"];
    const routes = rig.app.printRoutes({ commonPrefix: false });
    for (const { path } of operations())
      expect(routes).toContain(
        path
          .replaceAll(/\{(\w+)\}/g, ":$1")
          .split("/")
          .at(-1),
      );
    for (const path of hidden) expect(Object.keys(description.paths)).not.toContain(path);
  });

  test("gives every operation a name of its own, a summary and a known tag", () => {
    const names = operations().map(({ operation }) => operation.operationId);
    expect(names).toEqual([
      "predict",
      "predictBikeRental",
      "listModels",
      "getModel",
      "listProblems",
      "getProblem",
      "livez",
      "readyz",
    ]);
    const tags = description.tags.map(({ name }) => name);
    for (const { operation } of operations()) {
      expect(operation.summary).toMatch(/^[A-Z]/);
      expect(tags).toContain(operation.tags?.[0]);
    }
  });

  test("describes every response, each failure as a problem", () => {
    for (const { path, operation } of operations()) {
      expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(["200", "400", "408", "500"]));
      for (const [status, response] of Object.entries(operation.responses)) {
        expect(response.description, `${path} ${status}`).toMatch(/\.$/);
        const type = status === "200" || (path === "/readyz" && status === "503") ? "json" : "problem+json";
        expect(Object.keys(response.content)).toEqual([`application/${type}`]);
      }
    }
  });

  test("describes every path parameter", () => {
    for (const { path, operation } of operations()) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect((operation.parameters ?? []).filter((one) => one.in === "path").map(({ name }) => name)).toEqual(
        inPath,
      );
    }
  });

  test("has no reference that leads nowhere, and no name of a component that a generator must mend", () => {
    const references = new Set([...valuesOf("$ref", description)] as string[]);
    const { schemas, examples } = description.components;
    const targets = Object.keys(schemas).map((name) => `#/components/schemas/${name}`);
    for (const target of targets) expect(references).toContain(target);
    targets.push(...Object.keys(examples).map((name) => `#/components/examples/${name}`));
    for (const reference of references) expect(targets).toContain(reference);
    for (const name of Object.keys(description.components.schemas))
      expect(name).toMatch(/^[A-Z][A-Za-z\d]*$/);
  });

  test("has schemas that are JSON Schema 2020-12", () => {
    const ajv = new Ajv2020({ strict: false, formats: { "uri-reference": true } });
    const schemas = [
      ...Object.values(description.components.schemas),
      ...valuesOf("schema", description.paths),
    ];
    for (const schema of schemas) expect(ajv.validateSchema(schema as object), ajv.errorsText()).toBe(true);
  });

  test("knows the model's names, units, ranges and categories", () => {
    const [positional, named] = [
      ...valuesOf("oneOf", description.components.schemas["BikeRentalRequest"]),
    ][0] as [
      { prefixItems: object[] },
      { properties: Record<string, object>; required: string[]; additionalProperties: boolean },
    ];
    expect(named.properties["temp"]).toEqual({
      type: "number",
      title: "temp",
      description: "Air temperature. Unit: °C.",
      minimum: -40,
      maximum: 60,
      examples: [16.4],
    });
    expect(named.properties["season"]).toMatchObject({ type: "integer", enum: [1, 2, 3, 4] });
    expect(named.required).toHaveLength(9);
    expect(named.additionalProperties).toBe(false);
    expect(positional.prefixItems).toEqual(Object.values(named.properties));
  });

  test("is the same at /docs/json, which the page shows", async () => {
    const reply = await rig.app.inject("/docs/json");
    expect(reply.json()).toEqual(description);
  });

  test("names the models of a folder with several, and has no POST /predict without a default", async () => {
    const folder = await mkdtemp(join(tmpdir(), "skewless-models-"));
    try {
      await cp("models/bike-rental.yaml", `${folder}/a.yaml`);
      const text = await readFile("models/bike-rental.yaml", "utf8");
      await writeFile(
        `${folder}/b.yaml`,
        text.replace("name: bike-rental", "name: bikes-2-go").replace("unit: bikes per hour, ", ""),
      );
      const two = await startRig(stub.url, { MODELS_DIR: folder });
      const { paths, components } = (await two.app.inject("/openapi.json")).json<Description>();
      expect(Object.keys(paths).filter((path) => path.endsWith("predict"))).toEqual([
        "/models/bike-rental/predict",
        "/models/bikes-2-go/predict",
      ]);
      expect(Object.keys(components.schemas)).toEqual([
        "Problem",
        "BikeRentalRequest",
        "BikeRentalPredictions",
        "BikeRentalPartialPredictions",
        "Bikes2GoRequest",
        "Bikes2GoPredictions",
        "Bikes2GoPartialPredictions",
      ]);
      expect(components.schemas["BikeRentalPredictions"]).toMatchObject({
        properties: { predictions: { description: "count (bikes per hour), one an instance, in order." } },
      });
      expect(components.schemas["Bikes2GoPredictions"]).toMatchObject({
        properties: { predictions: { description: "count, one an instance, in order." } },
      });
      // Without golden rows the examples come from the inputs.
      expect([...valuesOf("positional", paths)][0]).toMatchObject({
        value: { instances: [{ features: golden[0]!.features }] },
      });
      await two.service.close();
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe("every example", () => {
  test("of a request fits its schema, and gives the golden prediction when posted", async () => {
    const posts = operations().filter(({ method }) => method === "post");
    expect(posts).toHaveLength(2);
    for (const { path, operation } of posts) {
      const media = operation.requestBody!.content["application/json"]!;
      expect(Object.keys(media.examples!)).toEqual(["positional", "named"]);
      const validate = validatorOf(
        "paths",
        path,
        "post",
        "requestBody",
        "content",
        "application/json",
        "schema",
      );
      for (const { summary, value } of Object.values(media.examples!)) {
        expect(summary).toMatch(/^Values /);
        expect(validate(value), JSON.stringify(validate.errors)).toBe(true);
        const reply = await rig.app.inject(post(path, value as object));
        expect(reply.statusCode, reply.body).toBe(200);
        const [prediction] = reply.json<{ predictions: number[] }>().predictions;
        expect(prediction).toBeCloseTo(golden[0]!.prediction, 3);
      }
    }
  });

  test("of a response is what its request really gives", () => {
    expect(description.components.schemas["BikeRentalPredictions"]).toMatchObject({
      examples: [{ predictions: [golden[0]!.prediction] }],
    });
  });

  test("of a problem is one as the catalogue has it, under a status that has its code", () => {
    const validate = validatorOf("components", "schemas", "Problem");
    expect(Object.keys(description.components.examples)).toEqual(Object.keys(catalogue));
    for (const [code, { summary, value }] of Object.entries(description.components.examples)) {
      expect(validate(value), JSON.stringify(validate.errors)).toBe(true);
      expect(value).toMatchObject(problemOf(code as ProblemCode));
      expect(summary).toBe(catalogue[code as ProblemCode].title);
    }
    for (const { operation } of operations()) {
      for (const [status, { content }] of Object.entries(operation.responses)) {
        for (const code of Object.keys(content["application/problem+json"]?.examples ?? {})) {
          expect(catalogue[code as ProblemCode].status).toBe(Number(status));
        }
      }
    }
  });

  test("of a path leads somewhere", async () => {
    for (const { path, operation } of operations().filter((one) => one.method === "get")) {
      const url = (operation.parameters ?? []).reduce(
        (text, { name, example }) => text.replace(`{${name}}`, example!),
        path,
      );
      expect((await rig.app.inject(url)).statusCode, url).toBe(200);
    }
  });
});

const modelError = (status: number): Scene =>
  fault(424, "ModelError", { Message: "x", OriginalMessage: "x", OriginalStatusCode: status });

describe("what is really answered fits what is described", () => {
  let server: ScenarioServer;
  let scripted: Rig;
  beforeAll(async () => {
    server = await startScenarioServer();
    scripted = await startRig(server.url, { REQUEST_TIMEOUT_MS: "3000" });
  });
  afterAll(async () => {
    await scripted.service.close();
    await server.close();
  });

  type Injected = Awaited<ReturnType<typeof rig.app.inject>>;

  const expectDescribed = (path: string, method: string, reply: Injected) => {
    const type = String(reply.headers["content-type"]).split(";")[0]!;
    const at = ["paths", path, method, "responses", reply.statusCode, "content", type, "schema"];
    const validate = validatorOf(...at);
    expect(validate(reply.json()), JSON.stringify(validate.errors)).toBe(true);
  };

  test.each<[status: number, scene: Scene, body?: string | object, type?: string]>([
    [200, answer("6.349300861358643\n")],
    [400, answer("1\n"), "{"],
    [413, fault(413, "RequestEntityTooLargeException", { message: "x" })],
    [413, answer("1\n"), " ".repeat(6_291_457)],
    [415, answer("1\n"), "a=b", "application/x-www-form-urlencoded"],
    [422, answer("1\n"), { instances: [{ features: {} }, 1] }],
    [422, answer("1\n"), { instances: Array.from({ length: 101 }, () => 0) }],
    [502, fault(400, "ValidationError", { Message: "x" })],
    [502, fault(403, "AccessDeniedException", { Message: "x" })],
    [502, modelError(400)],
    [502, modelError(500)],
    [502, answer("nan\n")],
    [502, fault(500, "InternalFailure", { Message: "x" })],
    [503, fault(400, "ThrottlingException", { message: null })],
    [503, fault(429, "ModelNotReadyException", { Message: "x" })],
    [503, modelError(503)],
    [504, () => {}],
  ])("POST /predict: %i", async (status, scene, body = bodyWith({}), type = "application/json") => {
    server.play(scene);
    const reply = await scripted.app.inject(post("/predict", body, { "content-type": type }));
    expect(reply.statusCode, reply.body).toBe(status);
    expectDescribed("/predict", "post", reply);
  });

  test.each([
    ["/models", "/models", 200],
    ["/models/bike-rental", "/models/{name}", 200],
    ["/models/x", "/models/{name}", 404],
    ["/livez", "/livez", 200],
    ["/readyz", "/readyz", 200],
    ["/problems", "/problems", 200],
    ["/problems/not-found", "/problems/{code}", 200],
    ["/problems/x", "/problems/{code}", 404],
  ])("GET %s", async (url, path, status) => {
    const reply = await scripted.app.inject(url);
    expect(reply.statusCode).toBe(status);
    expectDescribed(path, "get", reply);
  });

  test("GET /readyz while the endpoint cannot be reached", async () => {
    const lonely = await startRig("http://127.0.0.1:9", { READINESS: "golden" });
    const reply = await lonely.app.inject("/readyz");
    expect(reply.statusCode).toBe(503);
    expectDescribed("/readyz", "get", reply);
    await lonely.service.close();
  });
});
