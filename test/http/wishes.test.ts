import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Scene,
  type ScenarioServer,
  answer,
  fault,
  startScenarioServer,
} from "../endpoint/scenario-server.ts";
import { type Rig, bodyWith, expectProblem, golden, post, startRig } from "./rig.ts";

let server: ScenarioServer;
let rig: Rig;
beforeAll(async () => {
  server = await startScenarioServer();
  rig = await startRig(server.url);
});
afterAll(async () => {
  await rig.service.close();
  await server.close();
});

const ask = (headers: Record<string, string>, body: object = bodyWith({})) =>
  rig.app.inject(post("/predict", body, headers));

const PASSED = {
  "x-amzn-sagemaker-target-variant": ["green", "gr_een", "a".repeat(64)],
  "x-amzn-sagemaker-target-model": ["a/b.tar.gz", "x".repeat(1025), "ä"],
  "x-amzn-sagemaker-inference-component": ["comp-1", "-comp"],
  "x-amzn-sagemaker-inference-id": ["id 1", "x".repeat(65)],
  "x-amzn-sagemaker-custom-attributes": ["trace=1; user=2", "x".repeat(1025)],
  "x-amzn-sagemaker-session-id": ["NEW_SESSION", "NEW SESSION"],
} as const;

describe.each(Object.entries(PASSED))("%s", (header, [good, ...bad]) => {
  test("reaches the endpoint as it is", async () => {
    server.play(answer("1\n"));
    expect((await ask({ [header]: good })).statusCode).toBe(200);
    expect(server.seen[0]!.headers[header]).toBe(good);
  });

  test.each(bad)("is refused where it is %j", async (value) => {
    server.play(answer("1\n"));
    const { detail } = expectProblem(await ask({ [header]: value }), "invalid-header");
    expect(detail).toContain(`${header} must be `);
    expect(server.seen).toEqual([]);
  });
});

test("a request without such headers sends none", async () => {
  server.play(answer("1\n"));
  await ask({});
  expect(Object.keys(server.seen[0]!.headers).filter((name) => name.startsWith("x-amzn-sagemaker"))).toEqual(
    [],
  );
});

test("what the endpoint says of itself comes back in headers", async () => {
  server.play((response) => {
    response.writeHead(200, {
      "Content-Type": "text/csv",
      "x-Amzn-Invoked-Production-Variant": "blue",
      "x-amzn-RequestId": "aws-1",
      "X-Amzn-SageMaker-Custom-Attributes": "said",
      "X-Amzn-SageMaker-New-Session-Id": "s1; Expires=2026-01-01T00:00:00Z",
      "X-Amzn-SageMaker-Closed-Session-Id": "s0",
    });
    response.end("1\n");
  });
  const { headers } = await ask({});
  expect(headers).toMatchObject({
    "x-amzn-invoked-production-variant": "blue",
    "x-amzn-requestid": "aws-1",
    "x-amzn-sagemaker-custom-attributes": "said",
    "x-amzn-sagemaker-new-session-id": "s1; Expires=2026-01-01T00:00:00Z",
    "x-amzn-sagemaker-closed-session-id": "s0",
    "skewless-attempts": "1",
  });
});

describe("X-Request-Timeout-Ms", () => {
  test("ends a request at its time", async () => {
    server.play(() => {});
    const { detail } = expectProblem(await ask({ "x-request-timeout-ms": "40" }), "deadline-exceeded");
    expect(detail).toBe("The endpoint did not answer within 40 ms.");
  });

  test.each(["0", "-1", "1.5", "1e3", "soon", "", "9999999999"])(
    "is refused where it is %j",
    async (value) => {
      const { detail } = expectProblem(await ask({ "x-request-timeout-ms": value }), "invalid-header");
      expect(detail).toBe("x-request-timeout-ms must be a whole number of milliseconds, at least 1.");
    },
  );

  test("cannot be longer than the service's limit", async () => {
    const short = await startRig(server.url, { MAX_REQUEST_TIMEOUT_MS: "30" });
    server.play(() => {});
    const reply = await short.app.inject(
      post("/predict", bodyWith({}), { "x-request-timeout-ms": "600000" }),
    );
    expect(expectProblem(reply, "deadline-exceeded").detail).toContain("within 30 ms");
    await short.service.close();
  });
});

describe("Prefer: handling=lenient", () => {
  const mixed = {
    instances: [
      { features: golden[0]!.features },
      { features: ["2012-12-19 17:00:00", 9, 0, 1, 1, "warm", 20.455, 50, 26.0027] },
      { features: golden[1]!.features },
      { feature: [] },
    ],
  };

  test("gives the rows that can be read their predictions, and names the fields of the others", async () => {
    server.play(answer("1\n2\n"));
    const reply = await ask({ prefer: "handling=lenient" }, mixed);
    expect(reply.statusCode).toBe(200);
    expect(reply.headers["preference-applied"]).toBe("handling=lenient");
    expect(server.seen[0]!.body).toBe(`${golden[0]!.csv}\n${golden[1]!.csv}`);
    const { predictions, errors } = reply.json<{ predictions: unknown[]; errors: { pointer: string }[] }>();
    expect(predictions).toEqual([
      expect.closeTo(Math.expm1(1), 10),
      null,
      expect.closeTo(Math.expm1(2), 10),
      null,
    ]);
    expect(errors).toEqual([
      {
        pointer: "/instances/1/features/1",
        code: "invalid-request",
        detail: expect.stringMatching(/^season /),
      },
      {
        pointer: "/instances/1/features/5",
        code: "invalid-request",
        detail: expect.stringMatching(/^temp /),
      },
      { pointer: "/instances/3/feature", code: "invalid-request", detail: expect.any(String) },
      { pointer: "/instances/3/features", code: "invalid-request", detail: expect.any(String) },
    ]);
  });

  test("names no errors where there are none", async () => {
    server.play(answer("1\n"));
    const reply = await ask({ prefer: 'respond-async, Handling = "lenient"; x=1' });
    expect(reply.json()).toEqual({ predictions: [expect.closeTo(Math.expm1(1), 10)], errors: [] });
  });

  test("calls no endpoint where no row can be read", async () => {
    server.play(answer("1\n"));
    const reply = await ask({ prefer: "handling=lenient" }, { instances: [mixed.instances[1]] });
    expect(reply.json()).toMatchObject({ predictions: [null] });
    expect(server.seen).toEqual([]);
  });

  test("gives a row null whose answer cannot be taken back", async () => {
    // However many calls they take.
    server.play((response, seen) => {
      const lines = seen.body.split("\n").map((line) => (line === golden[1]!.csv ? "800" : "1"));
      answer(lines.join("\n"))(response, seen);
    });
    const two = { instances: golden.slice(0, 2).map(({ features }) => ({ features })) };
    const reply = await ask({ prefer: "handling=lenient" }, two);
    expect(reply.json()).toEqual({
      predictions: [expect.closeTo(Math.expm1(1), 10), null],
      errors: [
        { pointer: "/instances/1", code: "endpoint-bad-answer", detail: expect.stringContaining("800") },
      ],
    });
  });

  describe("of a request that takes several calls", () => {
    const three = { instances: golden.slice(0, 3).map(({ features }) => ({ features })) };
    const lenient = { prefer: "handling=lenient", "x-request-id": "several" };
    const throttled = fault(400, "ThrottlingException", { message: "Rate exceeded" });
    let narrow: Rig;
    beforeAll(async () => {
      narrow = await startRig(server.url, { BATCH_MAX_ROWS: "1" });
    });
    afterAll(() => narrow.service.close());
    /** Plays a scene for the call with the last row, and another one for the others. */
    const play = (last: Scene, others: Scene) =>
      server.play((response, seen) => (seen.body === golden[2]!.csv ? last : others)(response, seen));

    test("loses the rows of a call that fails, which is logged, and of no other", async () => {
      play(throttled, answer("1\n"));
      const reply = await narrow.app.inject(post("/predict", three, lenient));
      expect(reply.statusCode, reply.body).toBe(200);
      const one = expect.closeTo(Math.expm1(1), 10);
      expect(reply.json()).toEqual({
        predictions: [one, one, null],
        errors: [
          {
            pointer: "/instances/2",
            code: "endpoint-throttled",
            detail: expect.stringMatching(/more calls than it takes/),
          },
        ],
      });
      expect(reply.headers["skewless-batch-calls"]).toBe("3");
      const ours = (line: Record<string, unknown>) => line["requestId"] === "several";
      expect(await narrow.logged((line) => ours(line) && line["level"] === 40)).toMatchObject({
        problem: "endpoint-throttled",
        awsError: "ThrottlingException",
        rowsAtFault: 1,
      });
      expect(await narrow.logged((line) => ours(line) && line["msg"] === "request")).toMatchObject({
        status: 200,
        rowsAtFault: 1,
      });
    });

    test("is the problem itself where all calls fail, and where it is strict and one does", async () => {
      play(throttled, throttled);
      const reply = await narrow.app.inject(post("/predict", three, lenient));
      expectProblem(reply, "endpoint-throttled");
      expect(reply.headers["retry-after"]).toBeDefined();
      play(throttled, answer("1\n"));
      expectProblem(await narrow.app.inject(post("/predict", three)), "endpoint-throttled");
    });

    test("has what has come when its time is over", async () => {
      play(() => {}, answer("1\n"));
      const timely = { ...lenient, "x-request-timeout-ms": "500" };
      const reply = await narrow.app.inject(post("/predict", three, timely));
      expect(reply.json()).toMatchObject({
        predictions: [expect.any(Number), expect.any(Number), null],
        errors: [{ pointer: "/instances/2", code: "deadline-exceeded" }],
      });
      play(
        () => {},
        () => {},
      );
      expectProblem(await narrow.app.inject(post("/predict", three, timely)), "deadline-exceeded");
    });
  });

  test("does not excuse a body that is none", async () => {
    for (const body of [{}, { instances: [] }, { instances: mixed.instances, more: 1 }, []]) {
      expectProblem(await ask({ prefer: "handling=lenient" }, body), "invalid-request");
    }
  });

  test("explains every row of many, each with one error once a hundred are told in full", async () => {
    const bad = { features: ["2012-12-19 17:00:00", 9, 7, 7, 9, 1, 1, 1, 1] };
    const reply = await ask(
      { prefer: "handling=lenient" },
      { instances: Array.from({ length: 500 }, () => bad) },
    );
    const { errors } = reply.json<{ errors: { pointer: string }[] }>();
    const rows = new Set(errors.map(({ pointer }) => pointer.split("/")[2]));
    expect(rows.size).toBe(500);
    expect(errors.length).toBeLessThan(610);
  });

  test.each(["handling=strict", "handling=lenient-ish", "nothandling=lenient", "lenient"])(
    "is not %s",
    async (prefer) => {
      const reply = await ask({ prefer }, mixed);
      expectProblem(reply, "invalid-request");
      expect(reply.headers["preference-applied"]).toBeUndefined();
    },
  );
});
