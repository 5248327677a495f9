/** Requests that wait, of which calls take rows in turn, so that a large request keeps no small one waiting. */

/** A request in a queue. The queue alone writes what is not read-only. */
export interface Queued {
  readonly rows: readonly string[];
  /** Bytes that a body takes between two rows. */
  readonly separatorBytes: number;
  /** Rows, from the first, that calls have taken. */
  taken: number;
  /** Of the rows that no call has taken, a separator each. */
  bytesLeft: number;
  previous: Queued | undefined;
  following: Queued | undefined;
}

/** Rows of one request that a call takes: `count` of them from `from` on. */
export interface Portion<Request extends Queued> {
  readonly request: Request;
  readonly from: number;
  count: number;
}

/** Requests with rows that no call has taken. */
export interface FairQueue<Request extends Queued> {
  /** Rows, bytes and requests that wait. */
  rows: number;
  bytes: number;
  requests: number;
  /** Those that have waited since they came, the longest first. What is given may be removed meanwhile. */
  untouched(): Iterable<Request>;
  add(request: Request): void;
  /** Takes a request out whose rows are not all taken. */
  remove(request: Request): void;
  /**
   * The rows of the next call: at least one, at most `mostRows`, and no more than `mostBytes` unless the first alone is.
   *
   * Where not all fit, each request gives up to 128 rows in its turn, and a request that would fit into one call is not
   * cut in two. One that waits alone and needs several calls is cut into even parts.
   */
  take(mostRows: number, mostBytes: number): Portion<Request>[];
}

/** Rows that a request gives in its turn: more than most requests have, less than most calls take. */
const rowsATurn = 128;

/** Bytes of rows in a body, with a separator each. */
export function bytesOfRows(rows: readonly string[], separatorBytes: number): number {
  let bytes = rows.length * separatorBytes;
  for (const row of rows) bytes += Buffer.byteLength(row);
  return bytes;
}

/** An empty queue. */
export function createFairQueue<Request extends Queued>(): FairQueue<Request> {
  let head: Request | undefined;
  let tail: Request | undefined;

  const append = (request: Request): void => {
    request.previous = tail;
    request.following = undefined;
    if (tail === undefined) head = request;
    else tail.following = request;
    tail = request;
  };

  const unlink = (request: Request): void => {
    const { previous, following } = request;
    if (previous === undefined) head = following as Request | undefined;
    else previous.following = following;
    if (following === undefined) tail = previous as Request | undefined;
    else following.previous = previous;
    loosen(request);
  };

  const takeAll = (): Portion<Request>[] => {
    const portions: Portion<Request>[] = [];
    for (let request = head; request !== undefined;) {
      const from = request.taken;
      const following = request.following as Request | undefined;
      portions.push({ request, from, count: request.rows.length - from });
      request.taken = request.rows.length;
      request.bytesLeft = 0;
      loosen(request);
      request = following;
    }
    head = undefined;
    tail = undefined;
    queue.rows = 0;
    queue.bytes = 0;
    queue.requests = 0;
    return portions;
  };

  const takeOf = (request: Request, count: number, bytes: number): void => {
    request.taken += count;
    request.bytesLeft -= bytes;
    queue.rows -= count;
    queue.bytes -= bytes;
    unlink(request);
    if (request.taken < request.rows.length) append(request);
    else queue.requests--;
  };

  const take = (mostRows: number, mostBytes: number): Portion<Request>[] => {
    if (queue.rows <= mostRows && queue.bytes <= mostBytes) return takeAll();
    const portions: Portion<Request>[] = [];
    let roomRows = mostRows;
    let roomBytes = mostBytes;
    for (let request = head; request !== undefined && roomRows > 0; request = head) {
      const left = request.rows.length - request.taken;
      const isLone = queue.requests === 1;
      const last = portions.at(-1);
      if (last !== undefined && left <= mostRows && left > roomRows && request.taken === 0) break;
      const part = isLone && last === undefined ? Math.ceil(left / Math.ceil(left / mostRows)) : rowsATurn;
      const { count, bytes } = fitting(
        request,
        Math.min(left, part, roomRows),
        roomBytes,
        last === undefined,
      );
      if (count === 0) break;
      if (last?.request === request) last.count += count;
      else portions.push({ request, from: request.taken, count });
      takeOf(request, count, bytes);
      roomRows -= count;
      roomBytes -= bytes;
      if (isLone && last === undefined) break;
    }
    return portions;
  };

  const queue: FairQueue<Request> = {
    rows: 0,
    bytes: 0,
    requests: 0,
    *untouched() {
      for (let request = head; request !== undefined;) {
        const following = request.following as Request | undefined;
        if (request.taken === 0) yield request;
        request = following;
      }
    },
    add(request) {
      append(request);
      queue.rows += request.rows.length - request.taken;
      queue.bytes += request.bytesLeft;
      queue.requests++;
    },
    remove(request) {
      unlink(request);
      queue.rows -= request.rows.length - request.taken;
      queue.bytes -= request.bytesLeft;
      queue.requests--;
    },
    take,
  };
  return queue;
}

/** What has left the queue keeps its neighbours alive no longer. */
function loosen(request: Queued): void {
  request.previous = undefined;
  request.following = undefined;
}

/** How many of a request's next `most` rows fit into the bytes, and what they take; one at least where one must be. */
function fitting(request: Queued, most: number, roomBytes: number, mustBeOne: boolean) {
  const { rows, taken, bytesLeft, separatorBytes } = request;
  if (most === rows.length - taken && bytesLeft <= roomBytes) return { count: most, bytes: bytesLeft };
  let count = 0;
  let bytes = 0;
  while (count < most) {
    const next = bytes + Buffer.byteLength(rows[taken + count]!) + separatorBytes;
    if (next > roomBytes && !(mustBeOne && count === 0)) break;
    bytes = next;
    count++;
  }
  return { count, bytes };
}
