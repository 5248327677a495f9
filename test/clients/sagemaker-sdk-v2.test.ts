import { sagemakerSdkV2 } from "./sagemaker-sdk-v2.ts";
import { tryClient } from "./try-client.ts";

tryClient(sagemakerSdkV2);
