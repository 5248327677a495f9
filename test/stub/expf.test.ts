import { expect, test } from "vitest";
import { expf } from "../../src/stub/expf.ts";

/** What glibc 2.36 answers; of the first seven, the nearest float32 of Math.exp is another number. */
test.each([
  [0.09756672382354736, 1.102484941482544],
  [8.529250144958496, 5060.64990234375],
  [-3.8060314655303955, 0.022236250340938568],
  [5.844199180603027, 345.2259826660156],
  [6.213380813598633, 499.3867492675781],
  [7.383475303649902, 1609.1724853515625],
  [2.637211322784424, 13.974180221557617],
  [0, 1],
  [1, 2.7182817459106445],
  [-1, 0.3678794503211975],
  [88.72283172607422, 3.402798519021476e38],
  [-103.97208, 1.401298464324817e-45],
  [-87.5, 9.982351397596697e-39],
  [-100, 3.783505853677006e-44],
  [88.8, Infinity],
  [-104, 0],
  [Infinity, Infinity],
  [-Infinity, 0],
])("expf(%d) is %d, as the C library has it", (exponent, power) => {
  expect(expf(Math.fround(exponent))).toBe(Math.fround(power));
});

test("a NaN stays one", () => {
  expect(expf(Number.NaN)).toBeNaN();
});
