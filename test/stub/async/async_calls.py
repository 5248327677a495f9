"""Makes one asynchronous call for each line of JSON on stdin, and prints what boto3 makes of it.

Usage: async_calls.py URL. A line: the members of InvokeEndpointAsync; Body as text.
"""

import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError


def call(url, given):
    client = boto3.client(
        "sagemaker-runtime",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1, "mode": "standard"}),
    )
    try:
        answer = client.invoke_endpoint_async(**{"EndpointName": "later", "ContentType": "text/csv", **given})
        status = answer.pop("ResponseMetadata")["HTTPStatusCode"]
        return {"status": status, **answer}
    except ClientError as error:
        response = error.response
        return {
            "code": response["Error"]["Code"],
            "message": response["Error"].get("Message"),
            "status": response["ResponseMetadata"]["HTTPStatusCode"],
        }


for line in sys.stdin:
    print(json.dumps(call(sys.argv[1], json.loads(line))), flush=True)
