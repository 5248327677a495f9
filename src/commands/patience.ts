/** Before that the speed is that of code which the engine has not compiled yet. */
const FIRST_MS = 250;

/** Another thread pays where there is so much left: it has to start, and to compile the same code, beside this one. */
const WORTH_MS = 1500;

/**
 * Starts watching how long a file takes.
 *
 * @param total its bytes; where they are not known, as much is expected as has come
 * @param now milliseconds of a clock that only goes forward
 * @returns whether the rest takes so long, once so many bytes are done, that it should be shared
 */
export function createPatience(
  total: number | undefined,
  now: () => number = () => performance.now(),
): (bytes: number) => boolean {
  const startMs = now();
  return (bytes) => {
    const elapsedMs = now() - startMs;
    const restMs = total === undefined ? elapsedMs : (elapsedMs / bytes) * (total - bytes);
    return elapsedMs >= FIRST_MS && restMs >= WORTH_MS;
  };
}
