import { awsCliV2 } from "./aws-cli.ts";
import { tryClient } from "./try-client.ts";

tryClient(awsCliV2);
