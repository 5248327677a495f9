import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { OPERATIONS as CONTROL_PLANE } from "../../src/stub/control/operations.ts";
import { OPERATIONS } from "./operations.ts";
import { CLIENTS, withTables } from "./table.ts";
import { here, root } from "./tools.ts";

test("docs/stub.md says of each client what is tried with it, and of moto what it does not do", () => {
  const file = join(root, "docs/stub.md");
  const page = readFileSync(file, "utf8");
  if (process.env["UPDATE_DOCS"] === "1") writeFileSync(file, withTables(page));
  else expect(page).toBe(withTables(page));
});

test("each client of the tables is tried", () => {
  const tests = readdirSync(here).filter((file) => file.endsWith(".test.ts"));
  const tried = tests.flatMap(
    (file) => /tryClient\(\w+\)/.exec(readFileSync(join(here, file), "utf8")) ?? [],
  );
  expect(tried).toHaveLength(CLIENTS.length);
  expect(new Set(tried).size).toBe(CLIENTS.length);
});

test("each operation of the control plane is tried", () => {
  expect(Object.keys(OPERATIONS)).toEqual(expect.arrayContaining(Object.keys(CONTROL_PLANE)));
});
