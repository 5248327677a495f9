import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { invokeContainer, type ContainerRequest } from "../../src/stub/container.ts";
import { parseModel, type Model } from "../../src/stub/xgboost.ts";

const fixture = (name: string): Model =>
  parseModel(readFileSync(new URL(`fixtures/1.7.4/${name}.json`, import.meta.url), "utf8"));
const regression = fixture("reg-squarederror");
const classes = fixture("multi-softprob");

interface Given extends Partial<Omit<ContainerRequest, "body">> {
  readonly body: string | Buffer;
  readonly model?: Model;
}

const invoke = ({ body, model = regression, contentType = "text/csv", accept }: Given) =>
  invokeContainer(model, { contentType, accept, body: Buffer.from(body) });

const row = "0.5,0.25,-1,2,0";
const answer = `${regression.predict({ rows: 1, columns: 5, cells: Float32Array.of(0.5, 0.25, -1, 2, 0) })[0]}`;
const csv = "text/csv; charset=utf-8";

describe("Content-Type", () => {
  test.each([
    "text/csv",
    "csv",
    "Text/CSV",
    "text/csv; charset=utf-8",
    "text/csv;label_size=1",
    'csv; Label_Size="1"; x',
  ])("%s is CSV", (contentType) => {
    expect(invoke({ contentType, body: row })).toEqual({
      status: 200,
      contentType: csv,
      body: `${answer}\n`,
      rows: 1,
    });
  });

  test.each(["text/libsvm", "text/x-libsvm; charset=utf-8", "LIBSVM"])("%s is libsvm", (contentType) => {
    const body = "0:0.5 1:0.25 2:-1 3:2 4:0";
    expect(invoke({ contentType, body })).toEqual({
      status: 200,
      contentType: csv,
      body: `${answer}\n`,
      rows: 1,
    });
  });

  test("none is libsvm, so CSV without one is refused", () => {
    const libsvm = {
      contentType: undefined,
      accept: undefined,
      body: Buffer.from("0 0:0.5 1:0.25 2:-1 3:2 4:0"),
    };
    expect(invokeContainer(regression, libsvm).body).toBe(`${answer}\n`);
    expect(invokeContainer(regression, { ...libsvm, body: Buffer.from(row) })).toMatchObject({
      status: 415,
      body:
        "Loading libsvm data failed with Exception, please ensure data is in libsvm format:\n " +
        "<class 'ValueError'>\n cannot infer dimensions from zero sized index arrays",
    });
  });

  test.each([
    [
      "application/json",
      "application/json is not an accepted ContentType: csv, libsvm, parquet, recordio-protobuf, text/csv, " +
        "text/libsvm, text/x-libsvm, application/x-parquet, application/x-recordio-protobuf.",
    ],
    ["", " is not an accepted ContentType: csv, libsvm,"],
    [
      "text/csv; label_size=2",
      "text/csv; label_size=2 is not an accepted csv ContentType. Optional parameter label_size",
    ],
    ["application/x-parquet", "Content-type application/x-parquet is not supported."],
    ["recordio-protobuf", "Loading recordio-protobuf data failed with Exception"],
  ])("%j is refused with 415", (contentType, text) => {
    const refused = invoke({ contentType, body: row });
    expect(refused.status).toBe(415);
    expect(refused.body).toContain(text);
  });
});

describe("the order of checks", () => {
  test("an empty body is 204 before anything else is looked at", () => {
    expect(invoke({ body: "", contentType: "application/json", accept: "image/png" })).toMatchObject({
      status: 204,
      body: "",
    });
  });

  test("a bad payload is 415 before the accepted type is looked at", () => {
    expect(invoke({ body: "a,b", accept: "image/png" }).status).toBe(415);
  });

  test("too many columns are 400 before the accepted type is looked at", () => {
    expect(invoke({ body: `${row},1`, accept: "image/png" })).toMatchObject({
      status: 400,
      body: expect.stringMatching(/^Unable to evaluate payload provided: .*\(5 vs. 6\)/),
    });
    expect(invoke({ body: "5:1", contentType: "libsvm" }).status).toBe(400);
  });

  test("an unaccepted type is 406 at last", () => {
    expect(invoke({ body: row, accept: "text/csv, application/json" })).toMatchObject({
      status: 406,
      body:
        "Accept type text/csv, application/json is not supported. Please use supported accept types: " +
        "['application/json', 'application/jsonlines', 'application/x-recordio-protobuf', 'text/csv'].",
    });
  });
});

describe("the payload", () => {
  test("white space around it is nothing, but a payload of white space alone has no delimiter", () => {
    expect(invoke({ body: `\n ${row}\r\n\n` }).body).toBe(`${answer}\n`);
    expect(invoke({ body: " \n " })).toMatchObject({
      status: 415,
      body: expect.stringContaining("<class '_csv.Error'>\n Could not determine delimiter"),
    });
  });

  test("bytes that are not UTF-8 are refused", () => {
    expect(invoke({ body: Buffer.from([0x31, 0xff]) })).toMatchObject({
      status: 415,
      body: expect.stringContaining("<class 'UnicodeDecodeError'>"),
    });
  });
});

describe("answers", () => {
  test.each([undefined, "*/*", "", "text/csv", "TEXT/CSV; charset=utf-8"])(
    "Accept %j gives one value a line",
    (accept) => {
      expect(invoke({ body: `${row}\n${row}`, accept })).toEqual({
        status: 200,
        contentType: csv,
        body: `${answer}\n${answer}\n`,
        rows: 2,
      });
    },
  );

  test("Accept application/json gives scores", () => {
    expect(invoke({ body: `${row}\n${row}`, accept: "application/json" })).toEqual({
      status: 200,
      contentType: "application/json",
      body: `{"predictions": [{"score": ${answer}}, {"score": ${answer}}]}`,
      rows: 2,
    });
  });

  test("several outputs are a list a row, in CSV as in JSON", () => {
    const list = String.raw`\[\d\.\d+, \d\.\d+, \d\.\d+\]`;
    expect(invoke({ model: classes, body: `${row}\n${row}` }).body).toMatch(
      new RegExp(`^${list}\n${list}\n$`),
    );
    expect(invoke({ model: classes, body: row, accept: "application/json" }).body).toMatch(
      new RegExp(`^{"predictions": \\[{"score": ${list}}\\]}$`),
    );
  });

  test.each(["application/jsonlines", "application/x-recordio-protobuf"])(
    "Accept %s passes the check and then has no encoder: Flask's 500 page",
    (accept) => {
      expect(invoke({ body: row, accept })).toMatchObject({
        status: 500,
        body: expect.stringContaining("<h1>Internal Server Error</h1>"),
      });
    },
  );
});

test("a mistake of the stub itself is not taken for the payload's", () => {
  const broken: Model = {
    ...regression,
    predict: () => {
      throw new RangeError("broken");
    },
  };
  expect(() => invoke({ model: broken, body: row })).toThrow("broken");
  const unreadable: Model = {
    ...regression,
    get features(): number {
      throw new RangeError("unreadable");
    },
  };
  expect(() => invoke({ model: unreadable, body: "0:1", contentType: "libsvm" })).toThrow("unreadable");
});
