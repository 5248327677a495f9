/** What waits for one endpoint: a queue for each group of requests that may share calls, which take turns. */

import { type Portion, createFairQueue } from "./fair-queue.ts";
import type { Group, Request } from "./request.ts";
import type { Backlog } from "./shedding.ts";

/** The requests that wait, and how much that is. */
export interface WaitingRoom {
  readonly backlog: Readonly<Backlog>;
  /** The group of that name. */
  group(key: string, isWhole: boolean): Group;
  enter(request: Request): void;
  /** Takes a request out of whose rows some wait. */
  leave(request: Request): void;
  /**
   * The rows of the next call, of the group whose turn it is. There must be one.
   *
   * @param sizeOf how many rows to take of a group.
   */
  take(sizeOf: (group: Group) => number, mostBytes: number): readonly Portion<Request>[];
  /**
   * Hands those to `give`, who takes them out, that have waited since `fromMs` or longer and of which no row has left.
   *
   * @returns when the oldest of the others came.
   */
  expel(fromMs: number, give: (request: Request) => void): number | undefined;
}

/** Groups that are kept though nothing of theirs waits. */
const idleGroups = 16;

/** An empty room. */
export function createWaitingRoom(): WaitingRoom {
  const groups = new Map<string, Group>();
  /** Groups in which rows wait; the first is next. */
  const turns = new Set<Group>();
  const backlog: Backlog = { rows: 0, bytes: 0, requests: 0 };

  const emptied = (group: Group): void => {
    turns.delete(group);
    if (groups.size > idleGroups) groups.delete(group.key);
  };

  return {
    backlog,
    group(key, isWhole) {
      let group = groups.get(key);
      if (group === undefined) {
        group = { key, queue: createFairQueue(), isWhole };
        groups.set(key, group);
      }
      return group;
    },
    enter(request) {
      const { group, rows, bytesLeft } = request;
      group.queue.add(request);
      turns.add(group);
      backlog.rows += rows.length;
      backlog.bytes += bytesLeft;
      backlog.requests++;
    },
    leave(request) {
      const { group, rows, taken, bytesLeft } = request;
      group.queue.remove(request);
      backlog.rows -= rows.length - taken;
      backlog.bytes -= bytesLeft;
      backlog.requests--;
      if (group.queue.requests === 0) emptied(group);
    },
    take(sizeOf, mostBytes) {
      const [group] = turns as unknown as [Group];
      const { queue } = group;
      const { rows, bytes, requests } = queue;
      const portions = queue.take(sizeOf(group), mostBytes);
      backlog.rows -= rows - queue.rows;
      backlog.bytes -= bytes - queue.bytes;
      backlog.requests -= requests - queue.requests;
      if (queue.requests === 0) emptied(group);
      else if (turns.size > 1) {
        turns.delete(group);
        turns.add(group);
      }
      return portions;
    },
    expel(fromMs, give) {
      let oldestMs: number | undefined;
      for (const { queue } of turns) {
        for (const request of queue.untouched()) {
          if (request.atMs > fromMs) {
            oldestMs = Math.min(oldestMs ?? Infinity, request.atMs);
            break;
          }
          give(request);
        }
      }
      return oldestMs;
    },
  };
}
