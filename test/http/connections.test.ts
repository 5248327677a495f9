import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ScenarioServer, type Scene, answer, startScenarioServer } from "../endpoint/scenario-server.ts";
import { type Rig, bodyWith, expectProblem, startRig } from "./rig.ts";
import { dial, requestText } from "./wire.ts";

let endpoint: ScenarioServer;
let rig: Rig;
beforeAll(async () => {
  endpoint = await startScenarioServer();
  rig = await startRig(endpoint.url, { MAX_BODY_BYTES: "65536" });
});
afterAll(async () => {
  await rig.service.close();
  await endpoint.close();
});

const valid = JSON.stringify(bodyWith({}));
const livez = requestText("GET /livez");

/** An answer that is held back until it is let go. */
const held = () => {
  let letGo: (() => void) | undefined;
  const scene: Scene = (...args) => {
    letGo = () => answer("6.349300861358643\n")(...args);
  };
  return { scene, letGo: () => letGo?.() };
};

describe("what is not HTTP", () => {
  test.each([
    ["HELO example.org\r\n\r\n", "This is not a request as HTTP/1.1 writes it."],
    ["GET /livez HTTP/1.1\r\nHost : x\r\n\r\n", "This is not a request as HTTP/1.1 writes it."],
    ["GET /livez HTTP/3.7\r\n\r\n", "This is not a request as HTTP/1.1 writes it."],
    ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "This is not a request as HTTP/1.1 writes it."],
    [
      requestText("POST /predict", { "Content-Length": "4x" }),
      "This is not a request as HTTP/1.1 writes it.",
    ],
    [
      requestText("POST /predict", { "Content-Length": 2, "Transfer-Encoding": "chunked" }, "{}"),
      "This is not a request as HTTP/1.1 writes it.",
    ],
    [
      requestText("POST /predict", { "Transfer-Encoding": "chunked" }).concat("zz\r\n{}\r\n0\r\n\r\n"),
      "This is not a request as HTTP/1.1 writes it.",
    ],
    [requestText("GET /livez", { "X-Big": "x".repeat(17_000) }), "The headers are larger than 16 KiB."],
    [requestText(`GET /${"x".repeat(17_000)}`), "The headers are larger than 16 KiB."],
  ])("%.40j is a problem of its own, and the end of the connection", async (text, detail) => {
    const wire = await dial(rig.url);
    wire.send(text);
    const reply = await wire.answer();
    expect(expectProblem(reply, "malformed-request")).toEqual({ detail });
    expect(reply.headers["connection"]).toBe("close");
    await wire.closed;
    const line = await rig.logged((one) => one["requestId"] === reply.headers["x-request-id"]);
    expect(line).toMatchObject({ level: 30, status: 400, problem: "malformed-request", msg: "request" });
    expect(line["cause"]).toMatch(/^HPE_/);
    wire.socket.destroy();
  });

  test("a request that comes too slowly is 408", async () => {
    const hasty = await startRig(endpoint.url, { RECEIVE_TIMEOUT_MS: "100" });
    for (const part of [
      "POST /predict HTTP/1.1\r\nHost: x\r\n",
      requestText("POST /predict", { "Content-Length": 9 }, "{"),
    ]) {
      const wire = await dial(hasty.url);
      wire.send(part);
      expect(expectProblem(await wire.answer(), "request-timeout")).toEqual({
        detail: "The request did not arrive within 100 ms.",
      });
      await wire.closed;
    }
    await hasty.service.close();
  });

  test("headers have 10 s of the 30 s that a request has to arrive, and somebody looks every second", () => {
    expect(rig.app.server).toMatchObject({ requestTimeout: 30_000, headersTimeout: 10_000 });
  });

  test("a client that resets the connection instead of sending a request harms nobody", async () => {
    const wire = await dial(rig.url);
    wire.send("GET /livez HTT");
    wire.socket.resetAndDestroy();
    expect((await rig.app.inject("/livez")).statusCode).toBe(200);
  });
});

describe("a request", () => {
  test("without Host is 400 in HTTP/1.1, and answered in HTTP/1.0, which had none", async () => {
    const wire = await dial(rig.url);
    wire.send("GET /livez HTTP/1.1\r\n\r\n");
    expect(expectProblem(await wire.answer(), "malformed-request")).toEqual({
      detail: "The request has no Host header, which HTTP/1.1 asks for.",
    });
    wire.socket.destroy();
    const old = await dial(rig.url);
    old.send("GET /livez HTTP/1.0\r\n\r\n");
    expect((await old.answer()).statusCode).toBe(200);
    old.socket.destroy();
  });

  test("whose URL holds a broken escape is 400, under the caller's request id", async () => {
    const wire = await dial(rig.url);
    wire.send(requestText("GET /models/%zz", { "X-Request-Id": "broken-url" }));
    const reply = await wire.answer();
    expect(expectProblem(reply, "malformed-request")).toEqual({
      detail: "The URL holds a percent sign that starts no valid escape.",
    });
    expect(reply.headers["x-request-id"]).toBe("broken-url");
    wire.socket.destroy();
  });

  test("that Fastify itself finds wrong is 400, not 500", async () => {
    const wire = await dial(rig.url);
    wire.send(requestText("QUERY /nowhere"));
    expectProblem(await wire.answer(), "malformed-request");
    wire.socket.destroy();
  });

  test("that expects 100-continue is told to go on; an unknown expectation is passed over", async () => {
    endpoint.play(answer("6.349300861358643\n"));
    const wire = await dial(rig.url);
    wire.send(requestText("POST /predict", { Expect: "100-continue", "Content-Length": valid.length }));
    expect((await wire.answer()).statusCode).toBe(100);
    wire.send(valid);
    expect((await wire.answer()).statusCode).toBe(200);
    wire.send(requestText("GET /livez", { Expect: "the-unexpected" }));
    expect((await wire.answer()).statusCode).toBe(200);
    wire.socket.destroy();
  });

  test("whose body comes byte by byte is answered like any other", async () => {
    endpoint.play(answer("6.349300861358643\n"));
    const wire = await dial(rig.url);
    wire.socket.setNoDelay(true);
    wire.send(requestText("POST /predict", { "Content-Length": valid.length }));
    for (const char of valid) {
      wire.send(char);
      await new Promise((resolve) => void setImmediate(resolve));
    }
    expect((await wire.answer()).body).toBe('{"predictions":[571.092597122044]}');
    wire.socket.destroy();
  });

  test("in chunks, of unknown length, may not grow beyond the limit either", async () => {
    const wire = await dial(rig.url);
    wire.send(requestText("POST /predict", { "Transfer-Encoding": "chunked" }));
    for (let i = 0; i < 17; i++) wire.send(`1000\r\n${" ".repeat(4096)}\r\n`);
    expect(expectProblem(await wire.answer(), "body-too-large")).toEqual({
      detail: "The body is larger than 65536 bytes, which is the limit here.",
    });
    wire.socket.destroy();
  });

  test("that announces more than the limit is refused before it is sent", async () => {
    const wire = await dial(rig.url);
    wire.send(requestText("POST /predict", { "Content-Length": 65_537 }));
    expectProblem(await wire.answer(), "body-too-large");
    wire.socket.destroy();
  });

  test("shorter than its Content-Length, from a client that has said all, is 400", async () => {
    const wire = await dial(rig.url);
    wire.send(requestText("POST /predict", { "Content-Length": valid.length + 1 }, valid));
    wire.socket.end();
    expect(expectProblem(await wire.answer(), "malformed-request")).toEqual({
      detail: "This is not a request as HTTP/1.1 writes it.",
    });
    await wire.closed;
  });

  test("longer than its Content-Length is cut there, and what follows is no request", async () => {
    const wire = await dial(rig.url);
    wire.send(requestText("POST /predict", { "Content-Length": valid.length - 1 }, valid));
    expectProblem(await wire.answer(), "malformed-request");
    await wire.closed;
    wire.socket.destroy();
  });

  test("whose caller leaves half-way through the body is logged as 499, and as nobody's fault", async () => {
    const wire = await dial(rig.url);
    wire.send(requestText("POST /predict", { "Content-Length": 1000, "X-Request-Id": "half-way" }, valid));
    await new Promise((resolve) => void setTimeout(resolve, 20));
    wire.socket.resetAndDestroy();
    const line = await rig.logged((one) => one["requestId"] === "half-way");
    expect(line).toMatchObject({ level: 30, status: 499, route: "/predict", msg: "request" });
    expect((await rig.app.inject("/livez")).statusCode).toBe(200);
    expect(rig.lines().filter((one) => (one["level"] as number) >= 50)).toEqual([]);
    expect(rig.lines().filter((one) => one["requestId"] === "half-way")).toHaveLength(1);
  });
});

describe("a connection", () => {
  test("serves one request after the other, also after a problem", async () => {
    endpoint.play(answer("6.349300861358643\n"));
    const wire = await dial(rig.url);
    wire.send(livez);
    const first = await wire.answer();
    expect(first).toMatchObject({ statusCode: 200, body: '{"status":"live"}' });
    expect(first.headers["connection"]).toBe("keep-alive");
    expect(first.headers["keep-alive"]).toBe("timeout=72");
    wire.send(requestText("POST /predict", {}, "{}"));
    expectProblem(await wire.answer(), "invalid-request");
    wire.send(requestText("POST /predict", {}, valid));
    expect((await wire.answer()).body).toBe('{"predictions":[571.092597122044]}');
    wire.socket.destroy();
  });

  test("answers pipelined requests in the order in which they came", async () => {
    endpoint.play(answer("6.349300861358643\n"));
    const wire = await dial(rig.url);
    wire.send(requestText("POST /predict", {}, valid) + livez + requestText("GET /nowhere"));
    expect((await wire.answer()).body).toBe('{"predictions":[571.092597122044]}');
    expect((await wire.answer()).body).toBe('{"status":"live"}');
    expectProblem(await wire.answer(), "not-found");
    wire.socket.destroy();
  });
});

describe("at the close", () => {
  test("what is in flight is answered, /readyz says draining, nobody new is let in, nothing stays open", async () => {
    const closing = await startRig(endpoint.url);
    const { scene, letGo } = held();
    endpoint.play(scene);
    const busy = await dial(closing.url);
    const idle = await dial(closing.url);
    idle.send(livez);
    await idle.answer();
    busy.send(requestText("POST /predict", {}, valid));
    // A request that has begun keeps its connection.
    const probe = await dial(closing.url);
    probe.send("GET /readyz HTTP/1.1\r\n");
    await expect.poll(() => endpoint.seen.length).toBe(1);

    const closed = closing.service.close();
    await idle.closed;
    await expect(dial(closing.url)).rejects.toThrow("ECONNREFUSED");
    probe.send("Host: localhost\r\n\r\n");
    const ready = await probe.answer();
    expect(ready.statusCode).toBe(503);
    expect(JSON.parse(ready.body)).toEqual({
      status: "draining",
      models: [{ model: "bike-rental", state: "unchecked", detail: "READINESS is off" }],
    });
    expect(ready.headers["connection"]).toBe("close");
    letGo();
    const answered = await busy.answer();
    expect(answered).toMatchObject({ statusCode: 200, body: '{"predictions":[571.092597122044]}' });
    await closed;
    for (const wire of [busy, idle, probe]) wire.socket.destroy();
  });

  test("a connection is closed behind the last of its answers, though that was ready before the one ahead of it", async () => {
    const closing = await startRig(endpoint.url);
    const { scene, letGo } = held();
    endpoint.play(scene);
    const busy = await dial(closing.url);
    busy.send(requestText("POST /predict", {}, valid) + livez);
    await expect.poll(() => endpoint.seen.length).toBe(1);
    const closed = closing.service.close();
    letGo();
    expect((await busy.answer()).body).toBe('{"predictions":[571.092597122044]}');
    expect((await busy.answer()).body).toBe('{"status":"live"}');
    await busy.closed;
    await closed;
  });

  test("a kept-alive connection is closed behind the answer that was in flight", async () => {
    const closing = await startRig(endpoint.url);
    const { scene, letGo } = held();
    endpoint.play(scene);
    const busy = await dial(closing.url);
    busy.send(requestText("POST /predict", {}, valid));
    await expect.poll(() => endpoint.seen.length).toBe(1);
    const closed = closing.service.close();
    letGo();
    expect((await busy.answer()).headers["connection"]).toBe("close");
    await closed;
    busy.socket.destroy();
  });

  test.each([
    ["the first on its connection", false],
    ["behind one that has been answered", true],
  ])("a request that never arrives whole does not hold the close up: %s", async (_, isSecond) => {
    const closing = await startRig(endpoint.url);
    const wire = await dial(closing.url);
    if (isSecond) {
      wire.send(livez);
      await wire.answer();
    }
    wire.send(requestText("POST /predict", { "Content-Length": 100 }, "{"));
    // Its headers have been read by the time another request has been answered.
    const other = await dial(closing.url);
    other.send(livez);
    await other.answer();
    await closing.service.close();
    await wire.closed;
    other.socket.destroy();
  });

  test("nor does one that comes behind another, whose answer is still held; that one is answered", async () => {
    const closing = await startRig(endpoint.url);
    const { scene, letGo } = held();
    endpoint.play(scene);
    const before = endpoint.seen.length;
    const wire = await dial(closing.url);
    wire.send(requestText("POST /predict", {}, valid));
    await expect.poll(() => endpoint.seen.length).toBe(before + 1);
    wire.send(requestText("POST /predict", { "Content-Length": 100 }, "{"));
    const other = await dial(closing.url);
    other.send(livez);
    await other.answer();
    const closed = closing.service.close();
    letGo();
    expect((await wire.answer()).statusCode).toBe(200);
    await closed;
    await wire.closed;
    other.socket.destroy();
  });

  test("a client that sent no HTTP and never hangs up does not hold the close up", async () => {
    const closing = await startRig(endpoint.url);
    const wire = await dial(closing.url);
    wire.send("nonsense\r\n\r\n");
    await wire.answer();
    await closing.service.close();
    wire.socket.destroy();
  });
});
