import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Stub } from "../../src/stub/server.ts";
import { type Rig, bodyWith, expectProblem, golden, named, startDemoStub, startRig } from "./rig.ts";

const LIMIT = 4096;

let stub: Stub;
let rig: Rig;
beforeAll(async () => {
  stub = await startDemoStub();
  rig = await startRig(stub.url, { MAX_BODY_BYTES: String(LIMIT) });
});
afterAll(async () => {
  await rig.service.close();
  await stub.close();
});

const valid = JSON.stringify(bodyWith({}));

const send = (
  payload: string | Buffer | object,
  contentType?: string,
  headers: Record<string, string> = {},
) =>
  rig.app.inject({
    method: "POST",
    url: "/predict",
    headers: { ...(contentType === undefined ? {} : { "content-type": contentType }), ...headers },
    // An object would get a content type of its own.
    payload: typeof payload === "string" || Buffer.isBuffer(payload) ? payload : JSON.stringify(payload),
  });

describe("the media type", () => {
  test.each([
    undefined,
    "application/json",
    "Application/JSON",
    "application/json; charset=utf-8",
    "application/json;charset=UTF-8",
    "application/vnd.api+json",
    "application/problem+json; x=y",
  ])("%j is read as JSON", async (contentType) => {
    const reply = await send(valid, contentType);
    expect(reply.statusCode, reply.body).toBe(200);
  });

  test("a form, which is what curl -d sends unless told otherwise, is told how to send JSON", async () => {
    const reply = await send(valid, "application/x-www-form-urlencoded");
    expect(expectProblem(reply, "unsupported-media-type")).toEqual({
      detail:
        "The body came as a form, which is what curl -d sends unless told otherwise. " +
        'Add -H "Content-Type: application/json" (or use curl --json).',
    });
  });

  test.each([
    ["text/plain", "text/plain"],
    ["text/csv; charset=utf-8", "text/csv"],
    ["application/jsonlines", "application/jsonlines"],
    ["application/json5", "application/json5"],
    ["multipart/form-data; boundary=x", "multipart/form-data"],
    ["APPLICATION/XML", "application/xml"],
  ])("%s is told what to send instead", async (contentType, name) => {
    const reply = await send(valid, contentType);
    expect(expectProblem(reply, "unsupported-media-type")).toEqual({
      detail: `The body came as ${name}; send JSON with the header Content-Type: application/json.`,
    });
  });

  test.each(["json", "", ";", "application/"])(
    "%j, which is no media type at all, is told what to send",
    async (type) => {
      expect(expectProblem(await send(valid, type), "unsupported-media-type")).toEqual({
        detail:
          "The Content-Type is no media type; send JSON with the header Content-Type: application/json.",
      });
    },
  );

  test("a compressed body is refused, whatever the coding; identity is none", async () => {
    for (const coding of ["gzip", "br", "deflate, gzip"]) {
      const reply = await send(Buffer.from([0x1f, 0x8b]), "application/json", { "content-encoding": coding });
      expect(expectProblem(reply, "unsupported-media-type")).toEqual({
        detail: "The body is compressed; send it without Content-Encoding.",
      });
    }
    const untyped = await send(valid, undefined, { "content-encoding": "gzip" });
    expectProblem(untyped, "unsupported-media-type");
    for (const coding of ["identity", "Identity", ""]) {
      expect((await send(valid, "application/json", { "content-encoding": coding })).statusCode).toBe(200);
    }
  });
});

const padded = (bytes: number) => valid.padEnd(bytes, " ");

describe("the size", () => {
  test("a body of exactly the limit passes, one byte more is 413 with the limit", async () => {
    expect((await send(padded(LIMIT))).statusCode).toBe(200);
    const reply = await send(padded(LIMIT + 1));
    expect(expectProblem(reply, "body-too-large")).toEqual({
      detail: "The body is larger than 4096 bytes, which is the limit here.",
    });
  });

  test("bytes count, not characters", async () => {
    const text = `"${"é".repeat(LIMIT / 2 - 1)}"`;
    expect(Buffer.byteLength(text)).toBe(LIMIT);
    expectProblem(await send(text), "invalid-request");
    expectProblem(await send(`${text} `), "body-too-large");
  });
});

test("a body that is not as long as its Content-Length says is 400", async () => {
  const reply = await send(valid, "application/json", { "content-length": String(valid.length - 1) });
  expect(expectProblem(reply, "malformed-request")).toEqual({
    detail: "The body is not as long as Content-Length says.",
  });
});

describe("malformed JSON", () => {
  test("is told by its position", async () => {
    const reply = await send('{"instances": [\n  {"features": [1, 2,]}\n]}', "application/json");
    expect(expectProblem(reply, "malformed-json")).toEqual({
      detail: "The body is not JSON at line 2, column 22: expected a value, got ].",
    });
  });

  test("NaN and Infinity, which Python writes, are told by name", async () => {
    for (const word of ["NaN", "Infinity", "-Infinity"]) {
      const reply = await send(valid.replace("16.4", word));
      expect(expectProblem(reply, "malformed-json").detail).toMatch(
        new RegExp(`: JSON has no ${word}; every number must be finite\\.$`),
      );
    }
  });

  test("an empty or blank body is told what to send", async () => {
    const empty = { detail: 'The body is empty; send {"instances": [{"features": […]}]}.' };
    for (const blank of [" ", "\r\n\t", "\u{feff}"]) {
      expect(expectProblem(await send(blank, "application/json"), "malformed-json")).toEqual(empty);
    }
    const none = await rig.app.inject({ method: "POST", url: "/predict" });
    expect(expectProblem(none, "malformed-json")).toEqual({
      detail: 'The request has no body; send {"instances": [{"features": […]}]}.',
    });
    const zero = await send("", "application/json", { "content-length": "0" });
    expect(expectProblem(zero, "malformed-json")).toEqual(empty);
  });

  test("a byte order mark before valid JSON is passed over; two are not", async () => {
    expect((await send(`\u{feff}${valid}`)).statusCode).toBe(200);
    expect(expectProblem(await send(`\u{feff}\u{feff}${valid}`), "malformed-json").detail).toContain(
      "line 1, column 1",
    );
  });

  test("Latin-1 and UTF-16 are told that JSON is UTF-8", async () => {
    const latin1 = Buffer.from(valid.replace("2012-12-19", "é"), "latin1");
    const utf16 = Buffer.from(`\u{feff}${valid}`, "utf16le");
    for (const body of [latin1, utf16]) {
      expect(expectProblem(await send(body, "application/json; charset=latin1"), "malformed-json")).toEqual({
        detail: "The body is not UTF-8, the only encoding of JSON; Latin-1 and UTF-16 are refused.",
      });
    }
  });
});

/** The only error of a body with one mistake. */
const onlyError = async (body: string | object) => {
  const { errors, errorCount, detail } = expectProblem(
    await send(body, "application/json"),
    "invalid-request",
  );
  expect(errorCount).toBe(1);
  expect(detail).toBe("1 field does not fit the model's inputs.");
  expect(errors).toHaveLength(1);
  return (errors as { pointer: string; detail: string }[])[0]!;
};

describe("a body that does not fit the model", () => {
  test("a date that is in no calendar", async () => {
    expect(await onlyError(bodyWith({ datetime: "2012-02-30 17:00:00" }))).toEqual({
      pointer: "/instances/0/features/datetime",
      detail: '"2012-02-30 17:00:00" is not in the calendar: February 2012 has 29 days',
    });
  });

  test("a string for a number is not coerced", async () => {
    expect(await onlyError(bodyWith({ season: "4" }))).toEqual({
      pointer: "/instances/0/features/season",
      detail: "must be a whole number, not a string: send 4 without quotes",
    });
  });

  test("null is not 0", async () => {
    expect(await onlyError(bodyWith({ holiday: null }))).toEqual({
      pointer: "/instances/0/features/holiday",
      detail: "must be a whole number, not null: this input may not be missing",
    });
  });

  test("true is not 1, and an array of one number is no number", async () => {
    expect((await onlyError(bodyWith({ holiday: true }))).detail).toBe("must be a whole number, not true");
    expect((await onlyError(bodyWith({ holiday: [1] }))).detail).toBe("must be a whole number, not an array");
  });

  test("a number too large to be finite", async () => {
    expect(await onlyError(JSON.stringify(bodyWith({})).replace("16.4", "1e999"))).toEqual({
      pointer: "/instances/0/features/temp",
      detail: "must be a finite number",
    });
  });

  test("a missing field", async () => {
    const { temp: _, ...features } = named(golden[0]!);
    expect(await onlyError({ instances: [{ features }] })).toEqual({
      pointer: "/instances/0/features/temp",
      detail: "is missing",
    });
  });

  test("a field too many", async () => {
    expect(await onlyError(bodyWith({ casual: 3 }))).toEqual({
      pointer: "/instances/0/features/casual",
      detail:
        "is not known here (known: datetime, season, holiday, workingday, weather, temp, atemp, humidity, windspeed)",
    });
  });

  test("a misspelt field is asked whether another was meant", async () => {
    const { weather, ...features } = named(golden[0]!);
    const reply = await send({ instances: [{ features: { ...features, wether: weather } }] });
    expect(expectProblem(reply, "invalid-request")).toEqual({
      detail: "2 fields do not fit the model's inputs.",
      errors: [
        { pointer: "/instances/0/features/weather", detail: "is missing" },
        {
          pointer: "/instances/0/features/wether",
          detail: 'is not known here; did you mean "weather"?',
        },
      ],
      errorCount: 2,
    });
  });

  test("a positional row that is too short or too long names the order", async () => {
    const { features } = golden[0]!;
    const order = "datetime, season, holiday, workingday, weather, temp, atemp, humidity, windspeed";
    expect(await onlyError({ instances: [{ features: features.slice(0, 8) }] })).toEqual({
      pointer: "/instances/0/features",
      detail: `has 8 values; the model takes 9: ${order}`,
    });
    expect(await onlyError({ instances: [{ features: [...features, 1] }] })).toEqual({
      pointer: "/instances/0/features",
      detail: `has 10 values; the model takes 9: ${order}`,
    });
  });

  test("instances that are empty, missing, or no array", async () => {
    const form = 'send {"instances": [{"features": […]}]}';
    expect(await onlyError({ instances: [] })).toEqual({
      pointer: "/instances",
      detail: "is empty: send at least one instance",
    });
    expect(await onlyError({})).toEqual({ pointer: "/instances", detail: `is missing: ${form}` });
    expect(await onlyError({ instances: {} })).toEqual({
      pointer: "/instances",
      detail: `must be an array, not an object: ${form}`,
    });
    expect(await onlyError([])).toEqual({ pointer: "", detail: `must be an object, not an array: ${form}` });
    expect(await onlyError("null")).toEqual({ pointer: "", detail: `must be an object, not null: ${form}` });
  });

  test("every offending field is named at once", async () => {
    const reply = await send({
      instances: [
        { features: named(golden[0]!) },
        { features: { ...named(golden[1]!), temp: 99, humidity: -1 } },
        7,
      ],
    });
    expect(expectProblem(reply, "invalid-request")).toEqual({
      detail: "3 fields do not fit the model's inputs.",
      errors: [
        { pointer: "/instances/1/features/temp", detail: "must be at most 60 °C, not 99" },
        { pointer: "/instances/1/features/humidity", detail: "must be at least 0 %, not -1" },
        { pointer: "/instances/2", detail: 'must be an object {"features": […]}, not 7' },
      ],
      errorCount: 3,
    });
  });

  test("100 offending fields are named, further ones counted", async () => {
    const many = { instances: Array.from({ length: 150 }, () => 0) };
    const { detail, errors, errorCount } = expectProblem(await send(many), "invalid-request");
    expect(detail).toBe("150 fields do not fit the model's inputs; the first 100 are named.");
    expect(errors).toHaveLength(100);
    expect(errorCount).toBe(150);
  });

  test("keys that reach for the prototype are keys like any other", async () => {
    const before = Object.keys(Object.prototype);
    const reply = await send(`{"__proto__": {"instances": []}, "constructor": {"prototype": {"x": 1}}}`);
    expect(expectProblem(reply, "invalid-request")["errors"]).toEqual([
      { pointer: "/instances", detail: 'is missing: send {"instances": [{"features": […]}]}' },
      { pointer: "/__proto__", detail: "is not known here (known: instances)" },
      { pointer: "/constructor", detail: "is not known here (known: instances)" },
    ]);
    const features = JSON.stringify(named(golden[0]!)).replace("{", '{"__proto__": {"temp": 1}, ');
    expect(await onlyError(`{"instances": [{"features": ${features}}]}`)).toMatchObject({
      pointer: "/instances/0/features/__proto__",
    });
    expect(Object.keys(Object.prototype)).toEqual(before);
    expect(({} as { temp?: unknown }).temp).toBeUndefined();
  });

  test("inherited names are not fields", async () => {
    const { datetime: _, ...features } = named(golden[0]!);
    expect(
      await onlyError({ instances: [{ features: { ...features, toString: 1, datetime: "2012-12-19" } }] }),
    ).toMatchObject({
      pointer: "/instances/0/features/toString",
    });
  });

  test("a name that is repeated is refused, as each reader of JSON may take another of its values", async () => {
    const twice = valid.replace('"season":4', '"season":"four","season":4');
    expect(twice).not.toBe(valid);
    const problem = {
      detail: "A name is repeated in its object.",
      errors: [
        {
          pointer: "/instances/0/features/season",
          detail: "is repeated: JSON leaves open which of the values counts, so send one",
        },
      ],
      errorCount: 1,
    };
    expect(expectProblem(await send(twice), "invalid-request")).toEqual(problem);
    // No row can be told to be another than the caller meant.
    const lenient = await send(twice, undefined, { prefer: "handling=lenient" });
    expect(expectProblem(lenient, "invalid-request")).toEqual(problem);
  });
});
