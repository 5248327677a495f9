/** InvokeEndpointWithResponseStream over real HTTP, as boto3, the AWS SDK for JavaScript and a bare client see it. */
import { once } from "node:events";
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import {
  InvokeEndpointWithResponseStreamCommand,
  SageMakerRuntimeClient,
  type InvokeEndpointWithResponseStreamCommandInput,
} from "@aws-sdk/client-sagemaker-runtime";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Fault } from "../../../src/stub/faults.ts";
import { startStub, type Stub } from "../../../src/stub/server.ts";
import { payloadPart } from "../../../src/stub/stream/event-stream.ts";
import { streamed } from "../../../src/stub/stream/response-stream.ts";
import type { WireResponse } from "../../../src/stub/wire.ts";
import { deploy } from "../deploy.ts";
import { hasBoto3, startPython, withBoto3, type PythonProgram } from "../python-program.ts";
import { send, signature } from "../raw-http.ts";

const modelFile = fileURLToPath(new URL("../../../models/bike-rental/xgboost.json", import.meta.url));
const path = "/endpoints/bike/invocations-response-stream";
const row = "4,0,1,1,16.4,20.455,50,26.0027,2012,12,19,2,17";
const score = "6.349300861358643\n";

let stub: Stub;
let boto3: PythonProgram;
const clients: SageMakerRuntimeClient[] = [];

beforeAll(async () => {
  stub = await startStub({
    endpoints: [{ name: "bike", modelFile }],
    streamPartBytes: 10,
    invocationTimeoutMs: 100,
  });
  if (hasBoto3) {
    boto3 = startPython(fileURLToPath(new URL("stream_calls.py", import.meta.url)), stub.url);
  }
});
beforeEach(() => stub.setFaults([]));
afterAll(async () => {
  boto3?.stop();
  for (const client of clients) client.destroy();
  await stub.close();
});

interface Streamed {
  readonly parts: string[];
  readonly type: string | undefined;
  readonly error: (Error & Record<string, unknown>) | undefined;
}

/** Opens a stream through the AWS SDK for JavaScript. */
function open(input: Partial<InvokeEndpointWithResponseStreamCommandInput> = {}) {
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const client = new SageMakerRuntimeClient({
    endpoint: stub.url,
    region: "us-east-1",
    credentials,
    maxAttempts: 1,
  });
  clients.push(client);
  return client.send(
    new InvokeEndpointWithResponseStreamCommand({
      EndpointName: "bike",
      ContentType: "text/csv",
      Body: Buffer.from(row),
      ...input,
    }),
  );
}

/** One streaming call through the AWS SDK for JavaScript: the parts that came, and what it ended with. */
async function callJs(input: Partial<InvokeEndpointWithResponseStreamCommandInput> = {}): Promise<Streamed> {
  const parts: string[] = [];
  let type: string | undefined;
  try {
    const answer = await open(input);
    type = answer.ContentType;
    for await (const event of answer.Body!) {
      // The SDK yields some exceptions where it does not throw them.
      const exception = event.ModelStreamError ?? event.InternalStreamFailure;
      if (exception !== undefined) throw exception;
      parts.push(Buffer.from(event.PayloadPart!.Bytes!).toString());
    }
    return { parts, type, error: undefined };
  } catch (error) {
    return { parts, type, error: error as Error & Record<string, unknown> };
  }
}

describe("an answer", () => {
  test("comes in parts that together are InvokeEndpoint's, to the SDK for JavaScript", async () => {
    expect(await callJs()).toEqual({
      parts: [score.slice(0, 10), score.slice(10)],
      type: "text/csv; charset=utf-8",
      error: undefined,
    });
  });

  withBoto3("comes in parts that together are InvokeEndpoint's, to boto3", async () => {
    expect(await boto3.ask({ body: row })).toEqual({
      parts: [score.slice(0, 10), score.slice(10)],
      type: "text/csv; charset=utf-8",
      variant: "AllTraffic",
    });
  });

  test("is in the type that X-Amzn-SageMaker-Accept says, whatever Accept says", async () => {
    const { parts, type } = await callJs({ Accept: "application/json" });
    expect(parts.join("")).toBe('{"predictions": [{"score": 6.349300861358643}]}');
    expect(type).toBe("application/json");
    const headers = { authorization: signature, "content-type": "text/csv", accept: "application/json" };
    expect((await send(stub, { path, headers, body: row })).headers["x-amzn-sagemaker-content-type"]).toBe(
      "text/csv; charset=utf-8",
    );
  });

  test("is chunked, an event stream, and byte for byte the messages of its parts", async () => {
    const { headers, bytes } = await raw(row);
    expect(headers).toMatchObject({
      "content-type": "application/vnd.amazon.eventstream",
      "x-amzn-sagemaker-content-type": "text/csv; charset=utf-8",
      "x-amzn-invoked-production-variant": "AllTraffic",
      "transfer-encoding": "chunked",
      "x-amzn-requestid": expect.any(String),
    });
    expect(headers).not.toHaveProperty("content-length");
    expect(bytes).toEqual(
      Buffer.concat([score.slice(0, 10), score.slice(10)].map((part) => payloadPart(Buffer.from(part)))),
    );
  });

  withBoto3("is parsed by botocore's event-stream parser alone, checksums and all", async () => {
    const { bytes } = await raw(row);
    const { messages } = (await boto3.ask({ raw: bytes.toString("hex") })) as {
      messages: [object, string][];
    };
    expect(messages).toHaveLength(2);
    expect(messages[0]).toEqual([
      {
        ":event-type": "PayloadPart",
        ":content-type": "application/octet-stream",
        ":message-type": "event",
      },
      score.slice(0, 10),
    ]);
  });

  test("without content is a stream without parts", async () => {
    expect(await callJs({ Body: Buffer.alloc(0) })).toMatchObject({ parts: [], error: undefined });
  });

  test("of many rows keeps them all", async () => {
    const body = Array.from({ length: 3000 }, () => row).join("\n");
    const { parts } = await callJs({ Body: Buffer.from(body) });
    expect(parts.join("")).toBe(score.repeat(3000));
  });
});

/** A call without an SDK: headers, and all bytes. */
async function raw(body: string): Promise<{ headers: IncomingMessage["headers"]; bytes: Buffer }> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: signature, "content-type": "text/csv" };
    const outgoing = request(
      { port: stub.port, host: "127.0.0.1", method: "POST", path, headers },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
        incoming.on("end", () => resolve({ headers: incoming.headers, bytes: Buffer.concat(chunks) }));
      },
    );
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

describe("before the stream", () => {
  test("a refusal of the container is a ModelError, as at InvokeEndpoint", async () => {
    const { error } = await callJs({ Body: Buffer.from("a,b") });
    expect(error).toMatchObject({
      name: "ModelError",
      OriginalStatusCode: 415,
      $metadata: { httpStatusCode: 424 },
    });
  });

  withBoto3("errors are raised by their names", async () => {
    expect(await boto3.ask({ body: "a,b" })).toMatchObject({
      class: "ModelError",
      status: 424,
      original: 415,
    });
    expect(await boto3.ask({ body: row, endpoint: "other" })).toMatchObject({
      code: "ValidationError",
      status: 400,
    });
    stub.setFaults([{ fault: "service-unavailable" }]);
    expect(await boto3.ask({ body: row })).toMatchObject({ class: "ServiceUnavailable", status: 503 });
  });

  test("the container has eight times the time of a call that is not streamed", async () => {
    stub.setFaults([{ fault: "latency", ms: 300 }]);
    expect(await callJs()).toMatchObject({ error: undefined });
    stub.setFaults([{ fault: "latency", ms: 1000 }]);
    expect((await callJs()).error).toMatchObject({ name: "ModelError", OriginalStatusCode: 0 });
  });

  test("an asynchronous endpoint, and NEW_SESSION, are refused", async () => {
    expect((await callJs({ SessionId: "NEW_SESSION" })).error).toMatchObject({ name: "ValidationError" });
  });
});

describe("in mid-stream", () => {
  const broken: Fault = { fault: "stream-error" };

  test("a stream-error is a ModelStreamError after the first part, with its code, to the SDK for JavaScript", async () => {
    stub.setFaults([broken]);
    const { parts, error } = await callJs();
    expect(parts).toEqual([score.slice(0, 10)]);
    expect(error).toMatchObject({ name: "ModelStreamError", ErrorCode: "StreamBroken" });
    stub.setFaults([{ ...broken, code: "ModelInvocationTimeExceeded", afterParts: 2, message: "late" }]);
    const other = await callJs();
    expect(other.parts).toHaveLength(2);
    expect(other.error).toMatchObject({ ErrorCode: "ModelInvocationTimeExceeded" });
    expect(stub.tally()).toMatchObject({ strikes: [1] });
  });

  withBoto3("a stream-error is an EventStreamError of its name to boto3", async () => {
    stub.setFaults([{ ...broken, message: "gone" }]);
    expect(await boto3.ask({ body: row })).toEqual({
      class: "EventStreamError",
      parts: [score.slice(0, 10)],
      Code: "ModelStreamError",
      Message: "gone",
    });
    stub.setFaults([{ ...broken, type: "InternalStreamFailure", afterParts: 0 }]);
    expect(await boto3.ask({ body: row })).toMatchObject({ parts: [], Code: "InternalStreamFailure" });
    stub.setFaults([{ ...broken, type: "Odd", message: "unmodelled" }]);
    expect(await boto3.ask({ body: row })).toMatchObject({ Code: "Odd", Message: "unmodelled" });
  });

  test("a stream-error leaves calls alone that are not streamed, or end before it", async () => {
    stub.setFaults([broken]);
    const headers = { authorization: signature, "content-type": "text/csv" };
    const whole = await send(stub, { path: "/endpoints/bike/invocations", headers, body: row });
    expect(whole).toMatchObject({ status: 200, body: score });
    expect(stub.tally()).toMatchObject({ strikes: [0] });
    const { error } = await callJs({ Body: Buffer.from("a,b") });
    expect(error).toMatchObject({ name: "ModelError" });
  });

  test.each<[Fault]>([[{ fault: "reset", at: "body" }], [{ fault: "truncate", framing: "chunked" }]])(
    "%j ends the connection within the stream",
    async (fault) => {
      stub.setFaults([fault]);
      const { error } = await callJs();
      expect(error).toBeInstanceOf(Error);
      expect(error!.name).not.toBe("ModelStreamError");
    },
  );

  withBoto3("a truncated stream is one to boto3, too", async () => {
    stub.setFaults([{ fault: "truncate", framing: "chunked" }]);
    expect(await boto3.ask({ body: row })).toMatchObject({
      class: expect.stringMatching(/Error$|IncompleteRead/),
    });
  });

  test("a slow body keeps all its messages", async () => {
    stub.setFaults([{ fault: "slow-body", ms: 100 }]);
    expect((await callJs()).parts.join("")).toBe(score);
  });
});

describe("a container elsewhere", () => {
  /** What the container does with the next call. */
  let behave: (incoming: IncomingMessage, response: ServerResponse) => void;
  let container: Server;

  beforeAll(async () => {
    container = createServer((incoming, response) => {
      incoming.resume();
      if (incoming.url === "/ping") response.end();
      else behave(incoming, response);
    });
    await new Promise<void>((resolve) => void container.listen(0, "127.0.0.1", resolve));
    const { port } = container.address() as AddressInfo;
    await deploy(stub, "far", modelFile, {}, ["AllTraffic"], {
      Environment: { SKEWLESS_STUB_CONTAINER: `http://127.0.0.1:${port}` },
    });
  });
  afterAll(() => {
    container.closeAllConnections();
    container.close();
  });
  const far = { EndpointName: "far" };

  test("has its chunks passed on when they come, not when they are all there", async () => {
    let finish = (): void => {};
    behave = (_, response) => {
      response.setHeader("Content-Type", "text/event-stream");
      response.setHeader("X-Amzn-SageMaker-Custom-Attributes", "trace");
      response.write("data: one\n\n");
      finish = () => void response.end("data: two\n\n");
    };
    const { Body, ContentType, CustomAttributes } = await open(far);
    const events = Body![Symbol.asyncIterator]();
    const text = async () => Buffer.from((await events.next()).value.PayloadPart.Bytes).toString();
    expect([ContentType, CustomAttributes]).toEqual(["text/event-stream", "trace"]);
    expect(await text()).toBe("data: one\n\n");
    finish();
    expect(await text()).toBe("data: two\n\n");
    expect((await events.next()).done).toBe(true);
  });

  test("that refuses is a ModelError before the stream", async () => {
    behave = (_, response) => void response.writeHead(503).end("busy");
    expect((await callJs(far)).error).toMatchObject({
      name: "ModelError",
      OriginalStatusCode: 503,
      OriginalMessage: "busy",
    });
  });

  test("that breaks off, or never ends, is a ModelStreamError within it", async () => {
    behave = (_, response) => {
      response.write("one", () => setTimeout(() => response.destroy(), 20));
    };
    const broken = await callJs(far);
    expect([broken.parts, broken.error]).toEqual([
      ["one"],
      expect.objectContaining({ ErrorCode: "StreamBroken" }),
    ]);
    behave = (_, response) => void response.write("one");
    const late = await callJs(far);
    expect(late).toMatchObject({ parts: ["one"], error: { ErrorCode: "ModelInvocationTimeExceeded" } });
    expect(stub.tally().inFlight).toBe(0);
  });

  test("is let go when the caller leaves in the middle", async () => {
    let closed: Promise<unknown> = Promise.resolve();
    behave = (_, response) => {
      closed = once(response, "close");
      response.write("one");
    };
    const headers = { authorization: signature };
    const target = path.replace("bike", "far");
    const outgoing = request({ port: stub.port, host: "127.0.0.1", method: "POST", path: target, headers });
    outgoing.on("error", () => {});
    outgoing.end(row);
    const [incoming] = (await once(outgoing, "response")) as [IncomingMessage];
    incoming.on("error", () => {});
    await once(incoming, "data");
    outgoing.destroy();
    await closed;
  });

  test("is asked for its answer whole by InvokeEndpoint", async () => {
    behave = (_, response) => {
      response.write("one");
      setTimeout(() => response.end("two"), 10);
    };
    const whole = await send(stub, { path: "/endpoints/far/invocations", body: row });
    expect(whole).toMatchObject({ status: 200, body: "onetwo" });
  });
});

/** A response whose container streams. */
const answer = (stream: Readable): WireResponse => ({
  status: 200,
  headers: { "Content-Type": "text/plain" },
  body: "",
  stream,
});
const options = { partBytes: 10, timeoutMs: 50 };

async function bytesOf(response: WireResponse | Promise<WireResponse>): Promise<Buffer> {
  return Buffer.concat(await (await response).stream!.toArray());
}

describe("a container that streams", () => {
  test("has each of its chunks passed on as a part, of whatever size", async () => {
    const source = Readable.from([
      Buffer.from("one"),
      Buffer.alloc(0),
      Buffer.from("two and a half, longer"),
    ]);
    expect(await bytesOf(streamed(answer(source), options))).toEqual(
      Buffer.concat([payloadPart(Buffer.from("one")), payloadPart(Buffer.from("two and a half, longer"))]),
    );
  });

  test("that breaks off ends the stream with StreamBroken", async () => {
    async function* chunks() {
      yield Buffer.from("one");
      await sleep(1);
      throw new Error("reset");
    }
    const bytes = (await bytesOf(streamed(answer(Readable.from(chunks())), options))).toString("latin1");
    expect(bytes).toContain("one");
    expect(bytes).toContain('{"ErrorCode":"StreamBroken","Message":');
  });

  test("that takes too long ends the stream with ModelInvocationTimeExceeded, and is let go", async () => {
    const source = new Readable({ read() {} });
    source.push("one");
    const bytes = (await bytesOf(streamed(answer(source), options))).toString("latin1");
    expect(bytes).toContain("one");
    expect(bytes).toContain('{"ErrorCode":"ModelInvocationTimeExceeded","Message":');
    expect(source.destroyed).toBe(true);
  });

  test("is read no faster than the caller reads, and let go when he leaves, though he never read", async () => {
    let produced = 0;
    const endless = () =>
      new Readable({
        highWaterMark: 1000,
        read() {
          produced += 1000;
          this.push(Buffer.alloc(1000));
        },
      });
    const read = endless();
    const { stream } = await streamed(answer(read), { partBytes: 10, timeoutMs: 10_000 });
    const iterator = stream![Symbol.asyncIterator]();
    await iterator.next();
    await sleep(20);
    expect(produced).toBeLessThan(100_000);
    await iterator.return!();
    await sleep(1);
    expect(read.destroyed).toBe(true);

    const unread = endless();
    (await streamed(answer(unread), options)).stream!.destroy();
    await sleep(1);
    expect(unread.destroyed).toBe(true);
  });

  test("under a fault of the wire is collected, so that half of it is known", async () => {
    const response = await streamed(
      {
        ...answer(Readable.from([Buffer.from("one"), Buffer.from("two")])),
        delivery: { how: "truncate", framing: "length" },
      },
      options,
    );
    expect(response).toMatchObject({ delivery: { how: "truncate" }, stream: undefined });
    expect(response.body).toEqual(
      Buffer.concat([payloadPart(Buffer.from("one")), payloadPart(Buffer.from("two"))]),
    );
  });
});
