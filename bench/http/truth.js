// What the endpoint of the bench answers to a row, and so what every service must make of it.

/** No two alike, so that a cell that changes, or changes places, changes the answer. */
const WEIGHTS = [0.71, 0.29, 0.83, 0.37, 0.097, 0.061, 0.043, 0.019, 0.0031, 0.17, 0.13, 0.53, 0.23];

/**
 * The endpoint's answer to a line of the bike model's CSV: from 0.5 to 6.5, as a model of log1p(count) answers.
 * `50` and `50.0` are the same number, as for any model.
 *
 * @param {string} line 13 numbers
 * @returns {number}
 */
export function answerTo(line) {
  const cells = line.split(",");
  if (cells.length !== WEIGHTS.length)
    throw new Error(`a row must have ${WEIGHTS.length} cells, not ${cells.length}`);
  let sum = 0;
  for (let j = 0; j < cells.length; j++) sum += Number(cells[j]) * WEIGHTS[j];
  if (!Number.isFinite(sum) || sum < 0) throw new Error(`a row must hold numbers: ${line}`);
  return 0.5 + (sum % 6);
}

/**
 * The prediction that a client must get.
 *
 * @param {string} line the row as the endpoint gets it
 */
export function predictionOf(line) {
  return Math.expm1(answerTo(line));
}
