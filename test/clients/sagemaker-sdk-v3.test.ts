import { sagemakerSdkV3 } from "./sagemaker-sdk-v3.ts";
import { tryClient } from "./try-client.ts";

tryClient(sagemakerSdkV3);
