import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";
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

test("docs/stub.md names every variable of a container that the stub reads, and its config file is one", async () => {
  const folder = new URL("../../src/stub/containers/", import.meta.url);
  const sources = readdirSync(folder).map((name) => readFileSync(new URL(name, folder), "utf8"));
  const variables = new Set(sources.join("\n").match(/"(SKEWLESS_STUB|SAGEMAKER|MAX)_[A-Z_]+"/g));
  expect(variables.size).toBeGreaterThan(12);
  for (const name of variables) {
    expect(page).toContain(`\`${name.slice(1, -1)}`);
  }
  const [, yaml] = /```yaml\n([\s\S]*?)```/.exec(page)!;
  const config = parse(yaml!) as { readonly faults: unknown };
  expect(readPlan(config.faults).faults).toHaveLength(2);
});
