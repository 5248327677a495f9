// The bike model's request path, by straight code for this one model: what readInstances and encode are measured against.
// It checks what they check, and says where a fault is; it knows the inputs and their order when it is written.

const NAMES = ["season", "holiday", "workingday", "weather", "temp", "atemp", "humidity", "windspeed"];
const LOWEST = [1, 0, 0, 1, -40, -50, 0, 0];
const HIGHEST = [4, 1, 1, 4, 60, 70, 100, 150];
/** Days before a month, of years that are no leap years. */
const DAYS = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365];
const CUMULATED = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4];

/**
 * A request's body → lines of CSV.
 *
 * @param {{ instances: { features: unknown[] }[] }} body
 * @returns {string[]}
 */
export function encodeBody(body) {
  const { instances } = body;
  if (!Array.isArray(instances)) throw new Error("/instances");
  for (const key in body) if (key !== "instances") throw new Error(`/${key}`);
  const lines = [];
  for (let i = 0; i < instances.length; i++) {
    const instance = instances[i];
    for (const key in instance) if (key !== "features") throw new Error(`/instances/${i}/${key}`);
    const { features } = instance;
    if (!Array.isArray(features) || features.length !== 9) throw new Error(`/instances/${i}/features`);
    let line = "";
    for (let j = 0; j < 8; j++) {
      const value = features[j + 1];
      if (typeof value !== "number" || !(value >= LOWEST[j] && value <= HIGHEST[j]))
        throw new Error(`/instances/${i}/features/${j + 1}: ${NAMES[j]}`);
      if (j < 4 && !Number.isInteger(value))
        throw new Error(`/instances/${i}/features/${j + 1}: ${NAMES[j]}`);
      line += `${value},`;
    }
    lines.push(line + partsOf(features[0], i));
  }
  return lines;
}

/** Year, month, day, day of the week and hour of `2012-12-19 17:00:00`, or of that without its seconds. */
function partsOf(text, i) {
  if (typeof text !== "string" || (text.length !== 19 && text.length !== 16)) throw new Error(at(i));
  const year = pair(text, 0) * 100 + pair(text, 2);
  const month = pair(text, 5);
  const day = pair(text, 8);
  const hour = pair(text, 11);
  const second = text.length === 19 ? pair(text, 17) : 0;
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  if (!(year >= 1 && month >= 1 && month <= 12 && day >= 1)) throw new Error(at(i));
  if (day > DAYS[month] - DAYS[month - 1] + (leap && month === 2 ? 1 : 0)) throw new Error(at(i));
  if (!(hour <= 23 && pair(text, 14) <= 59 && second <= 59)) throw new Error(at(i));
  if (text[4] !== "-" || text[7] !== "-" || text[13] !== ":") throw new Error(at(i));
  if ((text[10] !== " " && text[10] !== "T") || (text.length === 19 && text[16] !== ":"))
    throw new Error(at(i));
  // Sakamoto's method, from 0 for Sunday.
  const y = month < 3 ? year - 1 : year;
  const weekday =
    (y + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + CUMULATED[month - 1] + day) % 7;
  return `${year},${month},${day},${(weekday + 6) % 7},${hour}`;
}

function pair(text, from) {
  const tens = text.charCodeAt(from) - 48;
  const ones = text.charCodeAt(from + 1) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

function at(i) {
  return `/instances/${i}/features/0: datetime`;
}
