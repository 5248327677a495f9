import { readFile } from "node:fs/promises";
import { expect, test, vi } from "vitest";
import { check } from "../../src/commands/check.ts";
import { Problem } from "../../src/errors.ts";
import { failing, skewless } from "./console.ts";

test("without a command the help goes to stderr, exit code 2", async () => {
  const { code, stdout, stderr } = await skewless([]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain("Usage: skewless COMMAND");
});

test.each([["--help"], ["-h"], ["help"]])("%s lists every command on stdout", async (word) => {
  const { code, stdout, stderr } = await skewless([word]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  for (const command of ["serve", "stub", "check", "fit", "transform", "golden", "predict", "openapi"]) {
    expect(stdout).toMatch(new RegExp(`^ {2}${command} +[A-Z]`, "m"));
  }
});

test.each(["serve", "stub", "check", "fit", "transform", "golden", "predict", "openapi"])(
  "%s: --help, -h and the command help say the same, with an example",
  async (command) => {
    const { code, stdout } = await skewless([command, "--help"]);
    expect(code).toBe(0);
    expect(stdout).toContain(`Usage: skewless ${command}`);
    expect(stdout).toContain("Example");
    expect(stdout).toContain("-h, --help");
    expect((await skewless([command, "-h"])).stdout).toBe(stdout);
    expect((await skewless(["help", command])).stdout).toBe(stdout);
  },
);

test("--version is that of package.json", async () => {
  const { version } = JSON.parse(await readFile("package.json", "utf8")) as { version: string };
  expect(await skewless(["--version"])).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
});

test.each([
  [["chek"], 'skewless: there is no command "chek"; did you mean "check"?'],
  [["help", "transfrom"], 'skewless: there is no command "transfrom"; did you mean "transform"?'],
  [["constructor"], 'skewless: there is no command "constructor"'],
  [["--verbose"], "skewless: the option --verbose is not known before a command"],
  [["transform", "m.yaml"], "skewless transform: too few arguments (m.yaml). Usage: skewless transform"],
  [["check"], "skewless check: too few arguments (none). Usage: skewless check MODEL.yaml [options]"],
  [["check", "a", "b"], "skewless check: too many arguments (a b)."],
  [["check", "a", "--hepl"], 'skewless check: there is no option --hepl; did you mean "--help"?'],
  [["check", "a", "-z"], "skewless check: there is no option -z"],
  [["transform", "a", "b", "-o"], "skewless transform: the option --output wants a value: --output OUT.csv"],
  [["transform", "a", "b", "-o", "--header"], "the option --output wants a value"],
  [["transform", "a", "b", "-o", "-x.csv"], "--output OUT.csv; where it begins with a dash, --output=-…"],
  [["transform", "a", "--", "--split", "-1"], "too many arguments (a --split -1)"],
  [["transform", "a", "b", "--header=1"], "skewless transform: the option --header takes no value"],
])("%j is one clear line and a hint, exit code 2", async (argv, message) => {
  const { code, stdout, stderr } = await skewless(argv);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain(message);
  expect(stderr).toMatch(/^More: skewless.* --help\n$/m);
  expect(stderr.split("\n")).toHaveLength(3);
});

test("a model file that is not there is told without a stack, exit code 2", async () => {
  const { code, stderr } = await skewless(["check", "nowhere.yaml"]);
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: "The model file nowhere.yaml cannot be read (ENOENT).\n",
  });
});

test("a bug is told with its stack, exit code 70", async () => {
  using _ = failWith(new TypeError("a bug"));
  const { code, stderr } = await skewless(["check", "m.yaml"]);
  expect(code).toBe(70);
  expect(stderr).toMatch(/^TypeError: a bug\n +at /);
});

test("whatever is thrown is told", async () => {
  using _ = failWith("not an error");
  expect(await skewless(["check", "m.yaml"])).toEqual({ code: 70, stdout: "", stderr: "not an error\n" });
});

test("a problem is told with its fields and without a stack, exit code 1", async () => {
  const errors = [{ pointer: "/instances/0", detail: "is missing" }];
  using _ = failWith(new Problem("invalid-request", "1 field does not fit.", { errors }));
  const { code, stderr } = await skewless(["check", "m.yaml"]);
  expect({ code, stderr }).toEqual({ code: 1, stderr: "1 field does not fit.\n  /instances/0 is missing\n" });
});

test("a problem without fields is told in one line", async () => {
  using _ = failWith(new Problem("endpoint-failed", "SageMaker failed."));
  expect((await skewless(["check", "m.yaml"])).stderr).toBe("SageMaker failed.\n");
});

test("a reader that has read enough ends the command quietly, exit code 0", async () => {
  const { code, stderr } = await skewless(["--help"], { stdout: failing("EPIPE") });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
});

test("a lost stderr changes no exit code", async () => {
  expect((await skewless(["chek"], { stderr: failing("EPIPE") })).code).toBe(2);
});

function failWith(error: unknown): Disposable {
  const spy = vi.spyOn(check, "run").mockRejectedValue(error);
  return { [Symbol.dispose]: () => spy.mockRestore() };
}
