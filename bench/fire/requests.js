// What callers ask for: few rows and many, strictly and leniently, in a hurry and not, and some go away.

/**
 * A request, and what is known of it beforehand.
 *
 * @typedef {object} Asked
 * @property {string} id sent as X-Request-Id
 * @property {import("./rows.js").Row[]} rows
 * @property {number} invalid which of them is sent with a value that no row may have, else -1
 * @property {string} body
 * @property {Record<string, string>} headers
 * @property {boolean} isLenient
 * @property {number} deadlineMs
 * @property {number | undefined} goesAfterMs when the caller closes the connection, in milliseconds
 * @property {"none" | "own" | "wrong"} target whether the endpoint takes it, fails on it, or knows no such target
 * @property {boolean} isWhole of a session, whose failures are told of the request alone
 */

const SIZES = [
  { share: 0.4, rows: 1 },
  { share: 0.12, rows: 2 },
  { share: 0.26, rows: 10 },
  { share: 0.16, rows: 100 },
  { share: 0.05, rows: 1000 },
  { share: 0.01, rows: 5000 },
];

const HURRIES = [1, 20, 60, 150, 400, 1000, 3000, 100_000_000];

const INVALID = '{"features":["2012-02-30 17:00:00",9,0,1,1,16.4,20.455,50,26.0027]}';

const VARIANT = "AllTraffic";

/**
 * Draws requests.
 *
 * @param {object} options
 * @param {() => number} options.random
 * @param {import("./rows.js").Row[]} options.rows to draw from
 * @param {number} options.defaultMs the service's deadline
 * @param {number} options.longestMs the longest that a caller may wish for
 * @param {number} options.mostRows
 * @returns {() => Asked}
 */
export function requestsOf({ random, rows: all, defaultMs, longestMs, mostRows }) {
  const poisoned = all.filter(({ poison }) => poison >= 0);
  const chance = (share) => random() < share;
  const pick = (list) => list[Math.floor(random() * list.length)];
  let count = 0;

  return () => {
    const id = `fire-${++count}`;
    const size = Math.min(mostRows, sizeOf(random()));
    const rows = Array.from({ length: size }, () => pick(all));
    // Else small requests would hardly ever have one.
    if (chance(0.03)) rows[Math.floor(random() * size)] = pick(poisoned);
    const invalid = chance(0.03) ? Math.floor(random() * size) : -1;
    const texts = rows.map(({ text }, i) => (i === invalid ? INVALID : text));
    const isLenient = chance(0.5);
    const hurryMs = chance(0.2) ? pick(HURRIES) : undefined;
    const goesAfterMs = chance(0.05) ? random() ** 3 * 400 : undefined;
    const { headers, target = "none", isWhole = false } = targetOf(random(), id);
    return {
      id,
      rows,
      invalid,
      body: `{"instances":[${texts.join(",")}]}`,
      headers: {
        "content-type": "application/json",
        "x-request-id": id,
        ...(isLenient ? { prefer: "handling=lenient" } : {}),
        ...(hurryMs === undefined ? {} : { "x-request-timeout-ms": String(hurryMs) }),
        ...headers,
      },
      isLenient,
      deadlineMs: Math.min(hurryMs ?? defaultMs, longestMs),
      goesAfterMs,
      target,
      isWhole,
    };
  };
}

function sizeOf(drawn) {
  let sum = 0;
  return (SIZES.find(({ share }) => (sum += share) > drawn) ?? SIZES[0]).rows;
}

/** One in seven wants something of the endpoint that others do not. */
function targetOf(drawn, id) {
  const kinds = [
    { headers: { "x-amzn-sagemaker-target-variant": VARIANT } },
    { headers: { "x-amzn-sagemaker-custom-attributes": `caller=${id}` } },
    { headers: { "x-amzn-sagemaker-inference-id": id } },
    { headers: { "x-amzn-sagemaker-session-id": "NEW_SESSION" }, isWhole: true },
    { headers: { "x-amzn-sagemaker-target-variant": "NoSuchVariant" }, target: "wrong" },
    { headers: { "x-amzn-sagemaker-target-model": "no-such-model.tar.gz" }, target: "wrong" },
    {
      headers: {
        "x-amzn-sagemaker-custom-attributes":
          'skewless-stub-faults={"fault": "model-error", "status": 418, "message": "own"}',
      },
      target: "own",
    },
  ];
  return kinds[Math.floor(drawn * 50)] ?? { headers: {} };
}
