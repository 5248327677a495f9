// A service, its clients and its endpoint in virtual time: one thread of CPU that turns as Node's event loop does, and
// an endpoint with a latency and a capacity. What is measured is the policy: when a call leaves, and with how many rows.

const before = (a, b) => a.at < b.at || (a.at === b.at && a.order < b.order);

/** Events by their time; those of one time in the order in which they were added. */
function createAgenda() {
  const heap = [];
  let count = 0;
  return {
    next: () => heap[0]?.at ?? Infinity,
    add(at, run) {
      let i = heap.push({ at, run, order: count++ }) - 1;
      while (i > 0) {
        const parent = (i - 1) >> 1;
        if (!before(heap[i], heap[parent])) break;
        [heap[i], heap[parent]] = [heap[parent], heap[i]];
        i = parent;
      }
    },
    /** Runs the first at its own time, which may be past. */
    runNext() {
      const first = heap[0];
      const last = heap.pop();
      if (heap.length > 0) {
        heap[0] = last;
        for (let i = 0; ;) {
          let least = 2 * i + 1;
          if (least >= heap.length) break;
          if (least + 1 < heap.length && before(heap[least + 1], heap[least])) least++;
          if (!before(heap[least], heap[i])) break;
          [heap[i], heap[least]] = [heap[least], heap[i]];
          i = least;
        }
      }
      first.run(first.at);
    },
  };
}

/** Pseudo-random numbers in [0, 1) of a seed (mulberry32). */
export function randomOf(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** CPU of this side, in milliseconds, as measured with the SDK on one core. */
const CPU = { requestIn: 0.04, requestOut: 0.02, rowIn: 0.001, call: 1, callRow: 0.002 };
const clientTurnMs = 0.1;
const refusalMs = 2;

/**
 * Runs closed-loop clients against a policy.
 *
 * @param scenario clients; rows (a request); baseMs and rowMs of the endpoint; jitter (sigma of a log-normal factor);
 *   capacity (calls at a time), or steps of it, each for stepMs; full: "queue" or "throttle"
 * @param policy limit and size, as src/endpoint/limit.ts and call-size.ts make them
 * @returns requests a second, percentiles of their latency, rows a call, mean limit
 */
export function simulate(scenario, policy, { warmUpMs = 500, measureMs = 1000, seed = 1 } = {}) {
  const { clients, rows: rowsARequest, baseMs, rowMs, jitter = 0, capacity = Infinity, full } = scenario;
  const { steps, stepMs } = scenario;
  const random = randomOf(seed);
  const agenda = createAgenda();
  const capacityAt = (at) =>
    steps === undefined ? capacity : steps[Math.min(steps.length - 1, Math.floor(at / stepMs))];
  let now = 0;
  const until = warmUpMs + measureMs;

  // The endpoint, which is another machine: its time goes on while the service's CPU is busy.
  let serving = 0;
  const lineUp = [];
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const serve = (call, at) => {
    serving++;
    const factor = jitter === 0 ? 1 : Math.exp(jitter * normal() - (jitter * jitter) / 2);
    agenda.add(at + (baseMs + rowMs * call.rows) * factor, call.served);
  };
  const served = (at) => {
    serving--;
    while (lineUp.length > 0 && serving < capacityAt(at)) serve(lineUp.shift(), at);
  };
  const catchUp = () => {
    while (agenda.next() <= now) agenda.runNext();
  };

  // The service.
  const queue = []; // requests with rows that no call has taken
  let head = 0;
  let waiting = 0;
  let inFlight = 0;
  let left = 0;
  let rowsInFlight = 0;
  let turnAsked = false;
  const result = { requests: 0, failed: 0, calls: 0, callRows: 0, throttled: 0, latencies: [], sumLimit: 0 };
  const measured = () => now >= warmUpMs;

  const freeCalls = () => Math.max(1, Math.floor(policy.limit.current())) - inFlight;
  const dispatch = () => {
    for (let free = freeCalls(); free > 0; free--) {
      if (waiting === 0) return;
      send(Math.min(waiting, whole(policy.size.next(room(), load(), free))));
    }
  };
  const room = () => ({ rows: waiting, requests: waiting / rowsARequest });
  const load = () => ({
    rows: waiting + rowsInFlight,
    requests: (waiting + rowsInFlight) / rowsARequest,
  });
  /** As the queue cuts: requests stay whole where they fit, and are cut into even parts where they do not. */
  const whole = (rows) =>
    rows >= rowsARequest
      ? Math.floor(rows / rowsARequest) * rowsARequest
      : Math.ceil(rowsARequest / Math.ceil(rowsARequest / rows));
  const ask = () => {
    if (turnAsked) return;
    turnAsked = true;
    immediates.push(() => {
      turnAsked = false;
      dispatch();
    });
  };
  const send = (rows) => {
    const parts = [];
    let waitedMs = 0;
    for (let missing = rows; missing > 0;) {
      const request = queue[head];
      const taken = Math.min(missing, request.left);
      request.left -= taken;
      request.parts++;
      missing -= taken;
      waitedMs += now - request.at;
      parts.push(request);
      if (request.left === 0) head++;
    }
    if (head > 4096) {
      queue.splice(0, head);
      head = 0;
    }
    waiting -= rows;
    inFlight++;
    rowsInFlight += rows;
    const sentAt = now;
    const call = { rows, attempts: 0, throttles: 0 };
    const attempt = () => {
      call.attempts++;
      now += CPU.call / 2 + (CPU.callRow * rows) / 2;
      catchUp();
      if (serving < capacityAt(now)) serve(call, now);
      else if (full === "throttle") {
        call.throttles++;
        if (measured()) result.throttled++;
        agenda.add(now + refusalMs, () => ready.push(refused));
      } else lineUp.push(call);
    };
    const refused = () => {
      now += CPU.call / 2;
      // Full jitter over 50 ms, doubled each time; three attempts.
      if (call.attempts >= 3) end(false);
      else agenda.add(now + random() * 50 * 2 ** (call.attempts - 1), () => ready.push(attempt));
    };
    call.served = (at) => {
      served(at);
      ready.push(() => {
        now += CPU.call / 2 + (CPU.callRow * rows) / 2;
        end(true);
      });
    };
    const limitAtSend = inFlight;
    const number = ++left;
    const end = (ok) => {
      inFlight--;
      rowsInFlight -= rows;
      if (measured()) {
        result.calls++;
        result.callRows += rows;
        result.sumLimit += policy.limit.current();
      }
      policy.limit.ended({
        nowMs: now,
        callMs: now - sentAt,
        fixedMs: now - sentAt - policy.size.cost.rowMs * rows,
        waitedMs: waitedMs / parts.length,
        requests: parts.length,
        rows,
        inFlight: limitAtSend,
        waiting,
        outcome: call.throttles > 0 ? "congested" : "ok",
      });
      const isAlone = limitAtSend === 1 && number === left && waiting === 0;
      if (call.attempts === 1) policy.size.learn(rows, now - sentAt, isAlone);
      for (const request of parts) {
        request.failed ||= !ok;
        if (--request.parts === 0 && request.left === 0) answer(request);
      }
      if (waiting > 0) ask();
    };
    attempt();
  };
  const answer = (request) => {
    now += CPU.requestOut;
    if (measured()) {
      if (request.failed) result.failed++;
      else {
        result.requests++;
        result.latencies.push(now - request.at);
      }
    }
    agenda.add(now + clientTurnMs, arrive);
  };
  // A request's time begins when the client sends it, not when the service comes to read it.
  const arrive = (at) =>
    ready.push(() => {
      now += CPU.requestIn + CPU.rowIn * rowsARequest;
      queue.push({ at, left: rowsARequest, parts: 0, failed: false });
      waiting += rowsARequest;
      const free = freeCalls();
      if (free <= 0) return;
      if (policy.size.isFull(room(), load(), free)) dispatch();
      else ask();
    });

  for (let i = 0; i < clients; i++) agenda.add(random() * Math.min(20, baseMs + 1), arrive);
  let ready = [];
  let immediates = [];
  while (now < until) {
    if (ready.length === 0 && immediates.length === 0) now = Math.max(now, agenda.next());
    if (now === Infinity) break;
    catchUp();
    const turn = ready;
    ready = [];
    // Timers and sockets are seen between two tasks only by the next turn, as in Node.
    for (const task of turn) task();
    const after = immediates;
    immediates = [];
    for (const task of after) task();
  }
  const { latencies } = result;
  latencies.sort((a, b) => a - b);
  const at = (p) => latencies[Math.min(latencies.length - 1, Math.floor(p * latencies.length))] ?? Infinity;
  const seconds = (now - warmUpMs) / 1000;
  return {
    perS: result.requests / seconds,
    p50: at(0.5),
    p99: at(0.99),
    rowsACall: result.callRows / Math.max(1, result.calls),
    limit: result.sumLimit / Math.max(1, result.calls),
    throttledPerS: result.throttled / seconds,
    failedPerS: result.failed / seconds,
  };
}
