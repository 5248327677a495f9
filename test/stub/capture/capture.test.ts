/** Data capture over real HTTP: what lies in the folder after calls, in SageMaker's format. */
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startStub, type Stub, type StubOptions } from "../../../src/stub/server.ts";
import { deploy } from "../deploy.ts";
import { send, signature } from "../raw-http.ts";

const modelFile = fileURLToPath(new URL("../../../models/bike-rental/xgboost.json", import.meta.url));
const row = "4,0,1,1,16.4,20.455,50,26.0027,2012,12,19,2,17";
const score = "6.349300861358643\n";
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

let folder: string;
let stub: Stub;
let now: number;
let problems: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "capture-"));
  now = Date.parse("2026-01-02T03:04:05.678Z");
  problems = [];
});
afterEach(async () => {
  await stub.close();
  await rm(folder, { recursive: true });
});

async function start(options: Partial<StubOptions> = {}): Promise<void> {
  stub = await startStub({
    endpoints: [{ name: "bike", modelFile }],
    now: () => now,
    onProblem: (text) => problems.push(text),
    ...options,
  });
}

const call = (
  name: string,
  body: string | Buffer = row,
  headers: Record<string, string> = {},
  operation = "invocations",
) =>
  send(stub, {
    path: `/endpoints/${name}/${operation}`,
    headers: { authorization: signature, "content-type": "text/csv", ...headers },
    body,
  });

/** Files below a folder, from there, in order. */
async function filesIn(path: string): Promise<string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1))
    .toSorted();
}

interface Side {
  readonly data: string;
  readonly encoding: string;
}
interface Line {
  readonly captureData: { readonly endpointInput?: Side; readonly endpointOutput?: Side };
  readonly eventMetadata: { readonly inferenceId?: string };
}

/** The lines of all files below a folder, read. */
async function linesIn(path: string): Promise<Line[]> {
  const texts = await Promise.all((await filesIn(path)).map((file) => readFile(join(path, file), "utf8")));
  return texts.flatMap((text) => {
    expect(text.endsWith("\n")).toBe(true);
    return text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Line);
  });
}

describe("with a folder for all calls", () => {
  test("a call is a line of SageMaker's format, in the file of its hour", async () => {
    await start({ captureFolder: folder });
    await call("bike", row, { "x-amzn-sagemaker-inference-id": "mine" });
    await stub.close();
    const [file, ...others] = await filesIn(folder);
    expect(others).toEqual([]);
    expect(file).toMatch(/^bike\/AllTraffic\/2026\/01\/02\/03\/04-05-678-[0-9a-f-]{36}\.jsonl$/);
    const text = await readFile(join(folder, file!), "utf8");
    const eventId = /"eventId":"([^"]+)"/.exec(text)![1]!;
    expect(eventId).toMatch(uuid);
    expect(text).toBe(
      '{"captureData":{' +
        `"endpointInput":{"observedContentType":"text/csv","mode":"INPUT","data":"${row}","encoding":"CSV"},` +
        '"endpointOutput":{"observedContentType":"text/csv; charset=utf-8","mode":"OUTPUT",' +
        '"data":"6.349300861358643\\n","encoding":"CSV"}},' +
        `"eventMetadata":{"eventId":"${eventId}","inferenceId":"mine","inferenceTime":"2026-01-02T03:04:05Z"},` +
        '"eventVersion":"0"}\n',
    );
  });

  test("calls of an hour share a file, those of the next hour have another", async () => {
    await start({ captureFolder: folder });
    for (const at of ["03:04:05", "03:59:59", "04:00:00"]) {
      now = Date.parse(`2026-01-02T${at}Z`);
      await call("bike");
    }
    await stub.close();
    const files = await filesIn(folder);
    expect(files.map((file) => file.slice(0, 29))).toEqual([
      "bike/AllTraffic/2026/01/02/03",
      "bike/AllTraffic/2026/01/02/04",
    ]);
    expect((await readFile(join(folder, files[0]!), "utf8")).split("\n")).toHaveLength(3);
  });

  test("JSON is text, all else base64, and so is what only claims to be text", async () => {
    await start({ captureFolder: folder });
    await call("bike", row, { accept: "application/json; verbose=true" });
    await call("bike", Buffer.from([0xff, 0x31]), { "content-type": "text/csv" });
    await call("bike", "0 1:4", { "content-type": "text/libsvm" });
    await stub.close();
    const lines = await linesIn(folder);
    expect(
      lines.map(({ captureData: { endpointInput, endpointOutput } }) => [endpointInput, endpointOutput]),
    ).toMatchObject([
      [{ encoding: "CSV" }, { encoding: "JSON", data: '{"predictions": [{"score": 6.349300861358643}]}' }],
      [{ encoding: "BASE64", data: "/zE=" }, undefined],
      [{ encoding: "BASE64", data: Buffer.from("0 1:4").toString("base64") }, { encoding: "CSV" }],
    ]);
  });

  test("a call that fails has its input alone; one that reaches no container has none", async () => {
    await start({ captureFolder: folder });
    expect((await call("bike", "a,b")).status).toBe(424);
    expect((await call("none")).status).toBe(400);
    expect((await call("bike", row, { "x-amzn-sagemaker-target-variant": "x" })).status).toBe(400);
    await stub.close();
    const lines = await linesIn(folder);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ captureData: { endpointInput: { data: "a,b" } } });
    expect(lines[0]!.captureData).not.toHaveProperty("endpointOutput");
  });

  test("a streamed answer is captured whole, and the answer is the same", async () => {
    await start({ captureFolder: folder, streamPartBytes: 5 });
    const { status, body } = await call("bike", row, {}, "invocations-response-stream");
    expect([status, body.includes("6.349")]).toEqual([200, true]);
    await stub.close();
    expect(await linesIn(folder)).toMatchObject([{ captureData: { endpointOutput: { data: score } } }]);
  });

  test("what a hundred callers do at a time is all there", async () => {
    await start({ captureFolder: folder });
    await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        call("bike", row, { "x-amzn-sagemaker-inference-id": `id-${index}` }),
      ),
    );
    await stub.close();
    const ids = (await linesIn(folder)).map(({ eventMetadata }) => eventMetadata.inferenceId);
    expect(new Set(ids).size).toBe(100);
  });

  test("a folder that cannot be written is told of once, and no call is the worse for it", async () => {
    const file = join(folder, "file");
    await writeFile(file, "");
    await start({ captureFolder: file });
    expect(await call("bike")).toMatchObject({ status: 200, body: score });
    expect(await call("bike")).toMatchObject({ status: 200, body: score });
    await stub.close();
    expect(problems).toEqual([expect.stringMatching(/^Captured data cannot be written: (ENOTDIR|EEXIST)/)]);
  });
});

const DataCaptureConfig = {
  EnableCapture: true,
  InitialSamplingPercentage: 100,
  DestinationS3Uri: "s3://monitor/captured/",
  CaptureOptions: [{ CaptureMode: "Input" }, { CaptureMode: "Output" }],
  CaptureContentTypeHeader: { CsvContentTypes: ["text/csv"] },
};

describe("with a DataCaptureConfig", () => {
  test("calls are captured where it says, in the folder that plays S3", async () => {
    await start({ s3Folder: folder });
    await deploy(stub, "seen", modelFile, { DataCaptureConfig });
    await call("seen", row, { accept: "application/json" });
    await call("bike");
    await stub.close();
    expect(await filesIn(folder)).toEqual([
      expect.stringMatching(/^monitor\/captured\/seen\/AllTraffic\/2026\/01\/02\/03\//),
    ]);
    expect(await linesIn(folder)).toMatchObject([
      // JSON is not among the types that it lists.
      { captureData: { endpointInput: { encoding: "CSV" }, endpointOutput: { encoding: "BASE64" } } },
    ]);
  });

  test("the sides, and the share of calls, are those that it says", async () => {
    await start({ s3Folder: folder });
    const sampled = {
      ...DataCaptureConfig,
      InitialSamplingPercentage: 20,
      CaptureOptions: [{ CaptureMode: "Output" }],
    };
    await deploy(stub, "some", modelFile, { DataCaptureConfig: sampled });
    for (let count = 0; count < 300; count++) await call("some");
    await stub.close();
    const lines = await linesIn(folder);
    expect(lines.length).toBeGreaterThan(35);
    expect(lines.length).toBeLessThan(90);
    for (const { captureData } of lines) expect(Object.keys(captureData)).toEqual(["endpointOutput"]);
  });

  test.each([
    [{ ...DataCaptureConfig, EnableCapture: false }],
    [{ ...DataCaptureConfig, InitialSamplingPercentage: 0 }],
  ])("that is switched off, nothing is captured, a folder for all calls or not", async (config) => {
    await start({ s3Folder: folder, captureFolder: join(folder, "all") });
    await deploy(stub, "off", modelFile, { DataCaptureConfig: config });
    await call("off");
    await stub.close();
    expect(await filesIn(folder)).toEqual([]);
  });

  test("without a folder for S3, its calls go to the folder for all calls", async () => {
    await mkdir(join(folder, "all"));
    await start({ captureFolder: join(folder, "all") });
    await deploy(stub, "seen", modelFile, { DataCaptureConfig });
    await call("seen");
    await stub.close();
    expect(await filesIn(folder)).toEqual([expect.stringMatching(/^all\/seen\/AllTraffic\//)]);
  });

  test("asynchronous calls are captured when they are served", async () => {
    await start({ s3Folder: folder });
    const AsyncInferenceConfig = { OutputConfig: { S3OutputPath: "s3://results" } };
    await deploy(stub, "later", modelFile, { DataCaptureConfig, AsyncInferenceConfig });
    const headers = { "x-amzn-sagemaker-content-type": "text/csv" };
    expect((await call("later", row, headers, "async-invocations")).status).toBe(202);
    await stub.close();
    expect(await linesIn(join(folder, "monitor"))).toMatchObject([
      { captureData: { endpointInput: { data: row }, endpointOutput: { data: score } } },
    ]);
  });
});
