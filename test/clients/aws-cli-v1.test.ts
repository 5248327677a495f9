import { awsCliV1 } from "./aws-cli.ts";
import { tryClient } from "./try-client.ts";

tryClient(awsCliV1);
