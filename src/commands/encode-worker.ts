import { parentPort } from "node:worker_threads";
import { serveBlocks } from "./encode-server.ts";

// Of a thread that `encode-threads.ts` starts.
serveBlocks(parentPort!);
