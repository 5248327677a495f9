import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { modelOfBytes } from "../../../src/stub/containers/model-file.ts";
import { needs } from "../../needs.ts";
import { matrixOf, readSamples, ulpsApart } from "../samples.ts";
import { tarOf } from "./tar-of.ts";

const here = new URL("./", import.meta.url);
const bikeFile = readFileSync(new URL("../../../models/bike-rental/xgboost.json", here));
const ubjFile = readFileSync(new URL("fixtures/1.7.4/binary-logistic.ubj", here));
const ubjSamples = readSamples(new URL("fixtures/1.7.4/binary-logistic.samples.json", here));
const python = process.env["SKEWLESS_PYTHON"] ?? "";
const withPython = needs("a Python with xgboost (SKEWLESS_PYTHON)", python !== "");

/** How far a model's answers are from what the library answered. */
function distance(bytes: Buffer, samples: ReturnType<typeof readSamples>): number {
  const { rows, predictions } = samples;
  return ulpsApart(modelOfBytes(bytes).predict(matrixOf(rows)), Float32Array.from(predictions.flat()));
}

describe.each(["1.7.4", "3.4.1"])("UBJSON of XGBoost %s", (release) => {
  test.each(["binary-logistic", "multi-softprob"])(
    "%s predicts what that release predicted, bit for bit",
    (name) => {
      const bytes = readFileSync(new URL(`fixtures/${release}/${name}.ubj`, here));
      expect(distance(bytes, readSamples(new URL(`fixtures/${release}/${name}.samples.json`, here)))).toBe(0);
    },
  );
});

describe("an archive", () => {
  test.each([
    ["xgboost-model", ubjFile],
    ["model/xgboost-model.json", bikeFile],
    ["./booster.ubj", ubjFile],
    [`${"deep/".repeat(30)}xgboost-model`, ubjFile],
  ])("with %s in it is that model", (name, bytes) => {
    const model = modelOfBytes(gzipSync(tarOf([[name, bytes]])));
    expect(model.objective).toBe(modelOfBytes(bytes).objective);
  });

  test("may be unzipped, and hold what is none beside the model", () => {
    const files: [string, Buffer][] = [
      ["._xgboost-model", Buffer.of(1)],
      ["code/inference.json", Buffer.from("{}")],
      ["README.md", Buffer.from("#")],
      ["hyperparameters.json", Buffer.from("{}")],
      ["xgboost-model", ubjFile],
    ];
    expect(distance(tarOf(files), ubjSamples)).toBe(0);
  });

  test.each<[string, [string, Buffer][], string]>([
    [
      "no model",
      [["a.txt", ubjFile]],
      "The archive holds no xgboost-model, *.json or *.ubj; it holds a.txt.",
    ],
    [
      "two models",
      [
        ["a.json", bikeFile],
        ["b.ubj", ubjFile],
      ],
      "The archive holds several models: a.json, b.ubj. One is served.",
    ],
    ["a model that is none", [["a.json", Buffer.from("{}")]], "a.json: learner must be an object."],
    [
      "a pickle",
      [["xgboost-model", Buffer.of(0x80, 4, 0x95)]],
      "xgboost-model: It is a pickled Python object. Save it as JSON, with the XGBoost that wrote it: python -c",
    ],
  ])("with %s is refused", (_, files, message) => {
    expect(() => modelOfBytes(gzipSync(tarOf(files)))).toThrow(message);
  });

  test("that ends too early is refused", () => {
    const zipped = gzipSync(tarOf([["xgboost-model", ubjFile]]));
    expect(() => modelOfBytes(zipped.subarray(0, -20))).toThrow("The archive is damaged: ");
    const bare = tarOf([["xgboost-model", ubjFile]]);
    expect(() => modelOfBytes(bare.subarray(0, 700))).toThrow("The archive ends in the middle of a file.");
    expect(() => modelOfBytes(bare.fill(7, 3072))).toThrow("The archive is damaged at byte 3584.");
  });

  test("that unpacks to more than any model is stopped", () => {
    // 1.1 GB of zeros, in members, so that the test itself needs little.
    const member = gzipSync(Buffer.alloc(55_000_000));
    expect(() => modelOfBytes(Buffer.concat(Array.from({ length: 20 }, () => member)))).toThrow(
      "The archive unpacks to more than 1073741824 bytes.",
    );
  });
});

describe("what XGBoost does not write any more is refused with the way out:", () => {
  test("its binary format, with a header and without", () => {
    const message = 'xgboost.Booster(model_file="xgboost-model").save_model("xgboost-model.json")';
    expect(() => modelOfBytes(Buffer.from("binf\0\0\0?"))).toThrow(message);
    expect(() => modelOfBytes(Buffer.alloc(1000))).toThrow(message);
  });

  test("a text that is none is told so", () => {
    expect(() => modelOfBytes(Buffer.from("<html>"))).toThrow("The file is not JSON");
    expect(() => modelOfBytes(Buffer.alloc(0))).toThrow("The file is not JSON");
  });
});

withPython(
  "freshly trained models of every objective, as JSON and UBJSON, answer as the Python library does, bit for bit",
  () => {
    const folder = mkdtempSync(join(tmpdir(), "models-"));
    try {
      const script = fileURLToPath(new URL("oracle_models.py", here));
      const sizes = ["--rows", "3000", "--samples", "3000", "--trees", "30", "--depth", "5", "--seed", "11"];
      const run = spawnSync(python, [script, folder, ...sizes], { encoding: "utf8" });
      expect(run.stderr.trim().split("\n").pop() ?? "").not.toContain("Error");
      const { trained } = JSON.parse(run.stdout) as { trained: readonly string[] };
      expect(trained.length).toBeGreaterThan(15);
      for (const name of trained) {
        const samples = readSamples(join(folder, `${name}.samples.json`));
        expect([name, distance(readFileSync(join(folder, `${name}.json`)), samples)]).toEqual([name, 0]);
        expect([name, distance(readFileSync(join(folder, `${name}.ubj`)), samples)]).toEqual([name, 0]);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
  300_000,
);

withPython("an archive that Python's tarfile wrote, in each of its formats, is read", () => {
  const folder = mkdtempSync(join(tmpdir(), "tars-"));
  try {
    const name = `${"a-long-folder/".repeat(12)}xgboost-model`;
    const script =
      "import sys, io, tarfile\n" +
      "data = sys.stdin.buffer.read()\n" +
      "for format in (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):\n" +
      "    with tarfile.open(f'{sys.argv[1]}/{format}.tar.gz', 'w:gz', format=format) as tar:\n" +
      "        folder = tarfile.TarInfo('a-long-folder'); folder.type = tarfile.DIRTYPE; tar.addfile(folder)\n" +
      "        info = tarfile.TarInfo(sys.argv[2]); info.size = len(data); tar.addfile(info, io.BytesIO(data))\n";
    const run = spawnSync(python, ["-c", script, folder, name], { input: ubjFile, encoding: "utf8" });
    expect(run.stderr).toBe("");
    const archives = readdirSync(folder);
    expect(archives).toHaveLength(3);
    for (const archive of archives) {
      expect(distance(readFileSync(join(folder, archive)), ubjSamples)).toBe(0);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
