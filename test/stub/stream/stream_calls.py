"""Makes one streaming call for each line of JSON on stdin, and prints what boto3 makes of it.

Usage: stream_calls.py URL. A line: {"body": "...", "accept": "...", "attributes": "...", "session": "...", "raw": false};
with "raw", botocore's event-stream parser alone reads the bytes of that hexadecimal text.
"""

import json
import sys

import boto3
from botocore.config import Config
from botocore.eventstream import EventStreamBuffer
from botocore.exceptions import BotoCoreError, ClientError, EventStreamError
from urllib3.exceptions import HTTPError


def parse(text):
    buffer = EventStreamBuffer()
    buffer.add_data(bytes.fromhex(text))
    return {"messages": [[event.headers, event.payload.decode()] for event in buffer]}


def call(url, given):
    if "raw" in given:
        return parse(given["raw"])
    client = boto3.client(
        "sagemaker-runtime",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1, "mode": "standard"}, read_timeout=5),
    )
    members = {"accept": "Accept", "attributes": "CustomAttributes", "session": "SessionId"}
    extra = {member: given[key] for key, member in members.items() if key in given}
    parts = []
    try:
        answer = client.invoke_endpoint_with_response_stream(
            EndpointName=given.get("endpoint", "bike"), ContentType="text/csv", Body=given["body"].encode(), **extra
        )
        for event in answer["Body"]:
            parts.append(event["PayloadPart"]["Bytes"].decode())
        return {"parts": parts, "type": answer.get("ContentType"), "variant": answer["InvokedProductionVariant"]}
    except EventStreamError as error:
        return {"class": "EventStreamError", "parts": parts, **error.response["Error"]}
    except ClientError as error:
        response = error.response
        return {
            "class": type(error).__name__,
            "code": response["Error"]["Code"],
            "message": response["Error"].get("Message"),
            "status": response["ResponseMetadata"]["HTTPStatusCode"],
            "original": response.get("OriginalStatusCode"),
        }
    except (BotoCoreError, HTTPError, OSError) as error:
        return {"class": type(error).__name__, "parts": parts}


for line in sys.stdin:
    print(json.dumps(call(sys.argv[1], json.loads(line))), flush=True)
