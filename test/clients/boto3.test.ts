import { boto3 } from "./boto3.ts";
import { tryClient } from "./try-client.ts";

tryClient(boto3);
