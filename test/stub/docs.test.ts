import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { dialects } from "../../src/stub/dialects.ts";
import { FIELDS, SELECTION } from "../../src/stub/fault-fields.ts";
import { readCallFaults, readPlan } from "../../src/stub/fault-reader.ts";

const page = readFileSync(new URL("../../docs/stub.md", import.meta.url), "utf8");

test("docs/stub.md names every fault, every field and every dialect", () => {
  const fields = Object.values(FIELDS).flatMap((of) => Object.keys(of));
  for (const name of [
    ...Object.keys(FIELDS),
    ...Object.keys(SELECTION),
    ...Object.keys(dialects),
    ...fields,
  ]) {
    expect(page, name).toContain(`\`${name}\``);
  }
});

test("the plan and the faults for one call that docs/stub.md shows are ones", () => {
  const [, plan] = /PUT [^']*-d '([^']+)'/.exec(page)!;
  expect(readPlan(JSON.parse(plan!)).faults).toHaveLength(6);
  const [, header] = /X-Skewless-Stub-Faults: (\{.*?\})'/.exec(page)!;
  const [, attributes] = /skewless-stub-faults=(\{.*?\})'/.exec(page)!;
  expect(readCallFaults(JSON.parse(header!))).toHaveLength(1);
  expect(readCallFaults(JSON.parse(attributes!))).toHaveLength(1);
});
