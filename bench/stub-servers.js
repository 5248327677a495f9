// What bench/stub.js measures, each in a process of its own: it says where it listens, and what time it has taken.
import { createServer } from "node:http";
// oxlint-disable-next-line no-restricted-imports -- it is the stub that is measured
import { startStub } from "../dist/stub/server.js";
import { readOptions } from "./options.js";

const {
  positionals: [kind, modelFile],
} = readOptions({
  summary:
    "A server that bench/stub.js measures: the stub endpoint, or a bare one that echoes. It tells its parent process where it is.",
  positional: "stub MODEL.json | bare",
  needs: "the build (npm run build); to be started by fork, from bench/stub.js.",
  writes: "nothing.",
});

process.on("message", () => {
  const { user, system } = process.cpuUsage();
  process.send(user + system);
});
process.on("disconnect", () => process.exit(0));

if (kind === "stub") {
  const { url } = await startStub({ endpoints: [{ name: "bike", modelFile }] });
  process.send(url);
} else {
  const server = createServer((request, response) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks);
      response.writeHead(200, { "Content-Type": "text/csv", "Content-Length": body.length });
      response.end(body);
    });
  });
  server.listen(0, "127.0.0.1", () => process.send(`http://127.0.0.1:${server.address().port}`));
}
