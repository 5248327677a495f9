import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Problem } from "../../src/errors.ts";
import { pointAsSent } from "../../src/http/places.ts";
import { type Rig, expectProblem, post, startRig } from "./rig.ts";

const MODEL = `
name: ratios
version: "1"
endpoint: { name: e }
inputs:
  - { name: id, type: integer }
  - { name: part, type: number }
  - { name: whole, type: number }
features:
  - { name: ratio, from: [part, whole], steps: [ratio] }
target: { name: price }
`;

let folder: string;
let rig: Rig;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "skewless-places-"));
  await writeFile(join(folder, "ratios.yaml"), MODEL);
  // Nothing listens there: no row of these gets so far.
  rig = await startRig("http://127.0.0.1:1", { MODELS_DIR: folder });
});
afterAll(async () => {
  await rig.service.close();
  await rm(folder, { recursive: true });
});

test("what the model cannot take of a row is pointed at as the row was sent: by place or by name", async () => {
  const instances = [[7, 1, 0], { id: 7, part: 1, whole: 0 }, [7, 1, 2]].map((features) => ({ features }));
  const reply = await rig.app.inject(post("/predict", { instances }));
  const detail = "makes ratio Infinity, which the model cannot take";
  expect(expectProblem(reply, "invalid-request")).toEqual({
    detail: "4 fields do not fit the model's features.",
    errors: [
      { pointer: "/instances/0/features/1", detail: `part ${detail}` },
      { pointer: "/instances/0/features/2", detail: `whole ${detail}` },
      { pointer: "/instances/1/features/part", detail },
      { pointer: "/instances/1/features/whole", detail },
    ],
    errorCount: 4,
  });
});

test("any other failure stays as it is", () => {
  const body = { instances: [{ features: [1] }] };
  const errors = [{ pointer: "/instances/0", detail: "is bad" }];
  for (const error of [
    new Error("a mistake"),
    new Problem("invalid-request", "No field is named."),
    new Problem("endpoint-bad-answer", "A row is bad.", { errors }),
  ]) {
    expect(pointAsSent(error, body, ["a"])).toBe(error);
  }
  expect(pointAsSent(new Problem("invalid-request", "x", { errors }), body, ["a"])).toMatchObject({ errors });
});

test("what else a problem holds it keeps", () => {
  const cause = new Error("why");
  const errors = [{ pointer: "/instances/0/features/a", detail: "is bad" }];
  const problem = new Problem("invalid-request", "1 field.", {
    errors,
    errorCount: 7,
    cause,
    log: { row: 0 },
  });
  expect(pointAsSent(problem, { instances: [{ features: [1] }] }, ["a"])).toMatchObject({
    message: "1 field.",
    errorCount: 7,
    cause,
    log: { row: 0 },
  });
});
