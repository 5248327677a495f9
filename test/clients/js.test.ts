import { js } from "./js.ts";
import { tryClient } from "./try-client.ts";

tryClient(js);
