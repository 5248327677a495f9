import { java } from "./java.ts";
import { tryClient } from "./try-client.ts";

tryClient(java);
