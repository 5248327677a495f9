/** Clients whose program takes any operation by its name. */
import { invoking, serviceOf, type Client, type Running } from "./client.ts";
import { OPERATIONS } from "./operations.ts";
import { startProgram } from "./program.ts";

/** Starts such a program, for {@link Client.start}. */
export const lineClient =
  (command: readonly string[], variables: Readonly<Record<string, string>> = {}): Client["start"] =>
  ({ url }) => {
    const { ask, close } = startProgram(command, variables);
    const call: Running["call"] = (operation, params, settings) =>
      ask("call", { service: serviceOf(operation), url, operation, params, ...settings });
    return {
      call,
      invoke: invoking(call),
      predict: async (endpoint, file, size) => {
        const answer = await ask("predict", { url, endpoint, file, size });
        return answer.predictions;
      },
      close,
    };
  };

/** The operations of such a program that has the data plane alone. */
export const DATA_PLANE = Object.fromEntries(
  Object.entries(OPERATIONS).filter(([name]) => name.startsWith("Invoke")),
);
