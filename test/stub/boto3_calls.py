"""Makes one call of an endpoint through boto3 for each line of JSON on stdin, and prints what boto3 makes of it.

Usage: boto3_calls.py URL. A line: {"body": "...", "attributes": "...", "attempts": 1, "timeout": 1.0}
"""

import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError


def call(url, given):
    config = Config(
        retries={"total_max_attempts": given.get("attempts", 1), "mode": "standard"},
        read_timeout=given.get("timeout", 10),
    )
    client = boto3.client(
        "sagemaker-runtime",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=config,
    )
    extra = {"CustomAttributes": given["attributes"]} if "attributes" in given else {}
    try:
        answer = client.invoke_endpoint(
            EndpointName="bike", ContentType="text/csv", Body=given["body"].encode(), **extra
        )
        return {"text": answer["Body"].read().decode(), "variant": answer["InvokedProductionVariant"]}
    except ClientError as error:
        response = error.response
        return {
            "class": type(error).__name__,
            "code": response["Error"]["Code"],
            "message": response["Error"].get("Message"),
            "status": response["ResponseMetadata"]["HTTPStatusCode"],
            "retries": response["ResponseMetadata"]["RetryAttempts"],
            "original": [response.get("OriginalStatusCode"), response.get("OriginalMessage")],
        }
    except (BotoCoreError, OSError) as error:
        return {"class": type(error).__name__}


for line in sys.stdin:
    print(json.dumps(call(sys.argv[1], json.loads(line))), flush=True)
