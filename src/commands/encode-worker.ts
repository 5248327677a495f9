import { parentPort, workerData } from "node:worker_threads";
import { type EncodeSetup, serveBlocks } from "./encode-server.ts";

// Of a thread that `encode-threads.ts` starts.
serveBlocks(parentPort!, workerData as EncodeSetup);
