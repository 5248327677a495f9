import { expect, test } from "vitest";
import { listPage, type ListInput } from "../../../src/stub/control/listing.ts";

const records = [
  { name: "Charlie", creationTime: 30, lastModifiedTime: 31, status: "InService" },
  { name: "alpha", creationTime: 10, lastModifiedTime: 40, status: "Failed" },
  { name: "bravo", creationTime: 20, lastModifiedTime: 20, status: "InService" },
  { name: "delta", creationTime: 20, lastModifiedTime: 20, status: "Creating" },
].map((record) => ({ arn: `arn/${record.name}`, tags: [], ...record }));
const names = (input: ListInput): string[] => listPage(records, input).page.map(({ name }) => name);

test("the newest comes first unless the request says otherwise; names settle what is of one time", () => {
  expect(names({})).toEqual(["Charlie", "delta", "bravo", "alpha"]);
  expect(names({ SortOrder: "Ascending" })).toEqual(["alpha", "bravo", "delta", "Charlie"]);
  expect(names({ SortBy: "Name", SortOrder: "Ascending" })).toEqual(["Charlie", "alpha", "bravo", "delta"]);
  expect(names({ SortBy: "Status", SortOrder: "Ascending" })).toEqual(["delta", "alpha", "Charlie", "bravo"]);
});

test("filters hold together", () => {
  expect(names({ NameContains: "A", SortBy: "Name", SortOrder: "Ascending" })).toHaveLength(4);
  expect(names({ NameContains: "CHAR" })).toEqual(["Charlie"]);
  expect(names({ StatusEquals: "InService" })).toEqual(["Charlie", "bravo"]);
  expect(names({ CreationTimeAfter: 10, CreationTimeBefore: 30 })).toEqual(["delta", "bravo"]);
  expect(names({ LastModifiedTimeAfter: 31, StatusEquals: "Failed" })).toEqual(["alpha"]);
  expect(names({ LastModifiedTimeBefore: 20 })).toEqual([]);
});

test.each(["Name", "CreationTime", "Status"] as const)(
  "pages by %s hold each record once, whatever their size",
  (SortBy) => {
    for (const SortOrder of ["Ascending", "Descending"] as const) {
      for (const MaxResults of [1, 2, 3, 4]) {
        const seen: string[] = [];
        let token: string | undefined;
        do {
          const { page, NextToken } = listPage(records, {
            SortBy,
            SortOrder,
            MaxResults,
            ...(token === undefined ? {} : { NextToken: token }),
          });
          expect(page.length).toBeLessThanOrEqual(MaxResults);
          seen.push(...page.map(({ name }) => name));
          token = NextToken;
        } while (token !== undefined);
        expect(seen).toEqual(names({ SortBy, SortOrder }));
      }
    }
  },
);

test("without MaxResults a page has ten", () => {
  const many = Array.from({ length: 11 }, (_, index) => ({ ...records[0]!, name: `n${index}` }));
  const { page, NextToken } = listPage(many, {});
  expect(page).toHaveLength(10);
  expect(listPage(many, { NextToken: NextToken! }).page).toHaveLength(1);
});

test("a page goes on where it was though what it ended with is gone", () => {
  const { NextToken } = listPage(records, { MaxResults: 2 });
  const left = records.filter(({ name }) => name !== "delta");
  expect(listPage(left, { NextToken: NextToken! }).page.map(({ name }) => name)).toEqual(["bravo", "alpha"]);
});

test.each([
  "x",
  "",
  "eyJhIjoxfQ",
  Buffer.from("[1,2]").toString("base64url"),
  Buffer.from("null").toString("base64url"),
])("a token that no list gave is refused: %o", (NextToken) => {
  expect(() => listPage(records, { NextToken })).toThrow(
    "The NextToken is not one that this list has given.",
  );
});
