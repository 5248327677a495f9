// Beneath `node --import`, with a channel to the parent: profiles this process's CPU between the parent's "start" and its
// "stop". `node --cpu-prof` would count the start as well.
import { Session } from "node:inspector/promises";

const INTERVAL_US = 500;
const session = new Session();
session.connect();
await session.post("Profiler.enable");
await session.post("Profiler.setSamplingInterval", { interval: INTERVAL_US });

process.on("message", async (message) => {
  if (message === "start") {
    await session.post("Profiler.start");
    process.send({ started: true });
  }
  if (message === "stop") {
    const { profile } = await session.post("Profiler.stop");
    process.send({ profile });
  }
});
// The service is to end when it has nothing left to do, as it would without us.
process.channel.unref();
