import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseDatetime, plainWallMs, zoneClock } from "../../src/model/datetime.ts";

const DAY_MS = 86_400_000;
const NOT_A_DATETIME = "must be a date-time like 2012-12-19 17:00:00 or 2012-12-19T17:00:00";

const two = (n: number) => String(n).padStart(2, "0");
const naive = (wallMs: number) => ({ wallMs, offsetMinutes: undefined });

/** Milliseconds of 0001-01-01 and 9999-12-31T23:59:59.999. */
const FIRST_MS = Date.parse("0001-01-01T00:00:00Z");
const LAST_MS = Date.parse("9999-12-31T23:59:59.999Z");
const anyMs = fc.integer({ min: FIRST_MS, max: LAST_MS });

describe("a plain time, without fraction and offset, is read the short way", () => {
  const wallMsOf = (text: string) => {
    const parsed = parseDatetime(text);
    return typeof parsed === "string" || parsed.offsetMinutes !== undefined ? Number.NaN : parsed.wallMs;
  };

  test("to what parseDatetime gives, on every day and in every second", () => {
    fc.assert(
      fc.property(anyMs, fc.constantFrom(10, 16, 19), fc.constantFrom("T", " "), (ms, length, between) => {
        const text = new Date(ms).toISOString().slice(0, length).replace("T", between);
        expect([text, plainWallMs(text)]).toEqual([text, wallMsOf(text)]);
        expect(plainWallMs(text)).not.toBeNaN();
      }),
    );
  });

  test("and nothing else is: what has one character wrong is left to parseDatetime", () => {
    const characters = [..."0123456789-: TtZ+./\u0000é\uff11"];
    for (const text of ["2024-02-29", "2024-02-29 23:59", "2024-02-29T23:59:59"]) {
      for (let i = 0; i < text.length; i++) {
        for (const character of characters) {
          const changed = text.slice(0, i) + character + text.slice(i + 1);
          expect([changed, plainWallMs(changed)]).toEqual([changed, wallMsOf(changed)]);
        }
      }
    }
    for (const longer of ["2024-02-29 23:59:59.5", "2024-02-29T23:59:59Z", "2024-02-29 23:59Z", ""]) {
      expect(plainWallMs(longer)).toBeNaN();
    }
  });
});

describe("a date-time as text", () => {
  test("is read like Date does on every day from 1900 to 2100", () => {
    const last = Date.UTC(2100, 11, 31);
    let days = 0;
    for (let ms = Date.UTC(1900, 0, 1); ms <= last; ms += DAY_MS) {
      const text = new Date(ms).toISOString().slice(0, 10);
      const parsed = parseDatetime(text);
      if (typeof parsed === "string" || parsed.wallMs !== ms) expect([text, parsed]).toEqual([text, ms]);
      days++;
    }
    expect(days).toBe(73_414);
  });

  test("is accepted exactly where the calendar has the day, for every month and day 00 to 99 of some years", () => {
    for (const year of [1, 4, 100, 400, 1582, 1900, 2000, 2012, 2013, 2100, 9999]) {
      const prefix = String(year).padStart(4, "0");
      for (let month = 0; month < 100; month++) {
        for (let day = 0; day < 100; day++) {
          const text = `${prefix}-${two(month)}-${two(day)}`;
          const date = new Date(`${text}T00:00:00Z`);
          const exists = !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
          if ((typeof parseDatetime(text) === "object") !== exists) expect(text).toBe(exists);
        }
      }
    }
  });

  test("is read alike with T or a space, with or without seconds", () => {
    const at = Date.UTC(2012, 11, 19, 17, 5);
    expect(parseDatetime("2012-12-19 17:05")).toEqual(naive(at));
    expect(parseDatetime("2012-12-19T17:05")).toEqual(naive(at));
    expect(parseDatetime("2012-12-19 17:05:00")).toEqual(naive(at));
    expect(parseDatetime("2012-12-19T17:05:00")).toEqual(naive(at));
  });

  test("means midnight where it is a date alone", () => {
    expect(parseDatetime("2012-12-19")).toEqual(naive(Date.UTC(2012, 11, 19)));
  });

  test("keeps its fraction to the millisecond, cut and not rounded", () => {
    const at = Date.UTC(2012, 11, 19, 17);
    expect(parseDatetime("2012-12-19 17:00:00.5")).toEqual(naive(at + 500));
    expect(parseDatetime("2012-12-19 17:00:00.9999999")).toEqual(naive(at + 999));
    expect(parseDatetime("2012-12-19 17:00:00.123456789")).toEqual(naive(at + 123));
    expect(parseDatetime("2012-12-19 17:00:00.1234567890")).toBe(NOT_A_DATETIME);
    for (let ms = 0; ms < 1000; ms++) {
      const fraction = String(ms).padStart(3, "0");
      expect(parseDatetime(`2012-12-19 17:00:00.${fraction}`)).toEqual(naive(at + ms));
    }
  });

  test("keeps an offset apart from the clock that it shows", () => {
    const wallMs = Date.UTC(2012, 11, 19, 17);
    expect(parseDatetime("2012-12-19T17:00:00Z")).toEqual({ wallMs, offsetMinutes: 0 });
    expect(parseDatetime("2012-12-19T17:00:00+05:30")).toEqual({ wallMs, offsetMinutes: 330 });
    expect(parseDatetime("2012-12-19T17:00:00-0800")).toEqual({ wallMs, offsetMinutes: -480 });
    expect(parseDatetime("2012-12-19T17:00+23:59")).toEqual({ wallMs, offsetMinutes: 1439 });
  });

  test.each([
    ["0000-01-01", "has the year 0000, which does not exist"],
    ["2012-00-01", "has the month 00, which does not exist"],
    ["2012-13-01", "has the month 13, which does not exist"],
    ["2012-02-30", "is not in the calendar: February 2012 has 29 days"],
    ["2013-02-29", "is not in the calendar: February 2013 has 28 days"],
    ["1900-02-29", "is not in the calendar: February 1900 has 28 days"],
    ["2100-02-29", "is not in the calendar: February 2100 has 28 days"],
    ["2000-02-30", "is not in the calendar: February 2000 has 29 days"],
    ["2012-04-31", "is not in the calendar: April 2012 has 30 days"],
    ["2012-06-31", "is not in the calendar: June 2012 has 30 days"],
    ["2012-09-31", "is not in the calendar: September 2012 has 30 days"],
    ["2012-11-31", "is not in the calendar: November 2012 has 30 days"],
    ["2012-01-00", "is not in the calendar: January 2012 has 31 days"],
    ["2012-12-19 24:00", "has the hour 24; hours go from 00 to 23"],
    ["2012-12-19 23:60", "has the minute 60; minutes go from 00 to 59"],
    ["2012-12-19 23:59:60", "has the second 60; seconds go from 00 to 59"],
    ["2012-12-19T17:00+24:00", "has the offset +24:00, which does not exist"],
    ["2012-12-19T17:00-01:60", "has the offset -01:60, which does not exist"],
  ])("%s %s", (text, reason) => {
    expect(parseDatetime(text)).toBe(reason);
  });

  test.each(["1900-02-28", "2000-02-29", "2012-02-29", "2100-02-28", "0001-01-01", "9999-12-31 23:59:59"])(
    "%s exists",
    (text) => {
      expect(parseDatetime(text)).toBeTypeOf("object");
    },
  );

  test.each([
    "",
    " 2012-12-19",
    "2012-12-19 ",
    "2012-12-19\n",
    "2012-12-19 17",
    "2012-12-19 17:0",
    "2012-12-19  17:00",
    "2012-12-19t17:00",
    "2012-12-19Z",
    "2012-12-19 17:00:00.",
    "2012-12-19 17:00:00,5",
    "2012-12-19T17:00z",
    "2012-12-19T17:00+05",
    "2012-12-19T17:00 +05:00",
    "12-12-19",
    "19/12/2012",
    "20121219",
    "+002012-12-19",
    "-2012-12-19",
    "٢٠١٢-12-19",
    "now",
  ])("%j is not one", (text) => {
    expect(parseDatetime(text)).toBe(NOT_A_DATETIME);
  });

  test("gives back any time that was printed from its parts", () => {
    fc.assert(
      fc.property(anyMs, fc.constantFrom(" ", "T"), (ms, separator) => {
        const text = new Date(ms).toISOString().replace("T", separator).slice(0, -1);
        expect(parseDatetime(text)).toEqual(naive(ms));
      }),
    );
  });

  test("agrees with Date on strings that nearly are one", () => {
    const digit = fc.constantFrom(..."0123456789");
    const base = anyMs.map((ms) => new Date(ms).toISOString().slice(0, -1));
    const nearly = fc
      .tuple(base, fc.nat(22), fc.oneof(digit, fc.constantFrom("-", ":", "T", " ", ".", "Z", "")))
      .map(([text, at, put]) => text.slice(0, at) + put + text.slice(at + 1));
    fc.assert(
      fc.property(nearly, (text) => {
        const parsed = parseDatetime(text);
        const iso = text.replace(" ", "T").replace(/Z?$/, "Z");
        const date = new Date(iso);
        // Date knows a year 0000; a date-time as text does not.
        const known = !Number.isNaN(date.getTime()) && date.toISOString() === iso && !iso.startsWith("0000");
        if (typeof parsed === "object") expect(parsed.wallMs).toBe(date.getTime());
        else expect([text, known]).toEqual([text, false]);
      }),
      { numRuns: 2000 },
    );
  });

  test("takes no string whatever for a time that Date does not know", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[-0-9T: .Z+]{8,30}$/)), (text) => {
        const parsed = parseDatetime(text);
        if (typeof parsed === "object") expect(Number.isFinite(parsed.wallMs)).toBe(true);
        else expect(parsed).toMatch(/^(must be|has|is) /);
      }),
      { numRuns: 2000 },
    );
  });

  test("with an offset is the instant that Date makes of it", () => {
    const offset = fc
      .tuple(fc.constantFrom("+", "-"), fc.nat(23), fc.nat(59))
      .map(([sign, hours, minutes]) => `${sign}${two(hours)}:${two(minutes)}`);
    fc.assert(
      fc.property(anyMs, fc.oneof(fc.constant("Z"), offset), (ms, zone) => {
        const text = `${new Date(ms).toISOString().slice(0, -1)}${zone}`;
        const { wallMs, offsetMinutes } = parseDatetime(text) as { wallMs: number; offsetMinutes: number };
        expect(wallMs - offsetMinutes * 60_000).toBe(Date.parse(text));
      }),
    );
  });
});

describe("the clock of a time zone", () => {
  test("does not exist where the zone does not", () => {
    expect(zoneClock("Europe/Atlantis")).toBeUndefined();
    expect(zoneClock("")).toBeUndefined();
  });

  test("of UTC shows UTC, from year 1 to year 9999 and a little beyond", () => {
    const clock = zoneClock("UTC")!;
    const beyond = fc.integer({ min: FIRST_MS - DAY_MS, max: LAST_MS + DAY_MS });
    for (const ms of [FIRST_MS, FIRST_MS - 1, LAST_MS, LAST_MS + 1, -1, 0]) expect(clock(ms)).toBe(ms);
    fc.assert(fc.property(beyond, (ms) => clock(ms) === ms));
  });

  test("jumps over the hour that spring takes", () => {
    const clock = zoneClock("Europe/Berlin")!;
    const jump = Date.parse("2012-03-25T01:00:00Z");
    expect(clock(jump - 1)).toBe(Date.parse("2012-03-25T01:59:59.999Z"));
    expect(clock(jump)).toBe(Date.parse("2012-03-25T03:00:00Z"));
  });

  test("shows twice the hour that autumn gives", () => {
    const clock = zoneClock("America/New_York")!;
    const one = Date.parse("2012-11-04T01:30:00Z");
    expect(clock(Date.parse("2012-11-04T05:30:00Z"))).toBe(one);
    expect(clock(Date.parse("2012-11-04T06:30:00Z"))).toBe(one);
    expect(clock(Date.parse("2012-11-04T07:30:00Z"))).toBe(one + 3_600_000);
  });

  test.each([
    ["Asia/Kolkata", "2012-12-19T00:00:00Z", "2012-12-19T05:30:00Z"],
    ["Asia/Kathmandu", "2012-12-19T00:00:00Z", "2012-12-19T05:45:00Z"],
    ["America/St_Johns", "2012-07-01T00:00:00Z", "2012-06-30T21:30:00Z"],
    ["Pacific/Kiritimati", "2012-12-31T12:00:00Z", "2013-01-01T02:00:00Z"],
    ["Pacific/Apia", "2011-12-30T09:59:59Z", "2011-12-29T23:59:59Z"],
    ["Pacific/Apia", "2011-12-30T10:00:00Z", "2011-12-31T00:00:00Z"],
  ])("of %s shows at %s the time %s", (zone, utc, wall) => {
    expect(new Date(zoneClock(zone)!(Date.parse(utc))).toISOString()).toBe(new Date(wall).toISOString());
  });

  test("shows what toLocaleString prints, in any zone at any time since 1900", () => {
    const zone = fc.constantFrom("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Tehran");
    const ms = fc.integer({ min: Date.UTC(1900, 0), max: Date.UTC(2100, 0) });
    fc.assert(
      fc.property(zone, ms, (timeZone, utcMs) => {
        const shown = new Date(utcMs).toLocaleString("sv-SE", { timeZone });
        const wall = new Date(zoneClock(timeZone)!(utcMs));
        expect(wall.toISOString().slice(0, 19).replace("T", " ")).toBe(shown);
        expect(wall.getUTCMilliseconds()).toBe(new Date(utcMs).getUTCMilliseconds());
      }),
    );
  });
});
