import { go } from "./go.ts";
import { tryClient } from "./try-client.ts";

tryClient(go);
