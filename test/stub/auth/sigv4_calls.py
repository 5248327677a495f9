"""Makes one signed call for each line of JSON on stdin, and prints what boto3 makes of it.

Usage: sigv4_calls.py URL. A line: {"key": "...", "secret": "...", "token": "...", "region": "...", "skew": 0}; with
"plane": "control" it lists endpoints. With "presigned" it prints the status and the error's type of a presigned call.
"""

import datetime
import hashlib
import json
import sys
import urllib.error
import urllib.request

import boto3
import botocore.auth
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError


def set_clock(seconds):
    """Makes botocore sign as if it were so many seconds later."""
    botocore.auth.get_current_datetime = lambda remove_tzinfo=True: datetime.datetime.now(
        datetime.timezone.utc
    ).replace(tzinfo=None) + datetime.timedelta(seconds=seconds)


def presigned(url, given):
    credentials = Credentials(given["key"], given["secret"], given.get("token"))
    request = AWSRequest(
        method="POST",
        url=f"{url}/endpoints/bike/invocations?z=%2F+a&b=1&b=0&c",
        headers={"Content-Type": "text/csv"},
    )
    region = given.get("region", "us-east-1")
    auth = SigV4QueryAuth(credentials, "sagemaker", region, given.get("expires", 60))
    # Left alone, botocore would move the body into the query string.
    auth.payload = lambda _: hashlib.sha256(given["body"].encode()).hexdigest()
    auth.add_auth(request)
    body = given.get("sent", given["body"]).encode()
    sent = urllib.request.Request(request.url, data=body, headers={"Content-Type": "text/csv"}, method="POST")
    try:
        with urllib.request.urlopen(sent) as answer:
            return {"status": answer.status, "text": answer.read().decode()}
    except urllib.error.HTTPError as error:
        code = error.headers["x-amzn-ErrorType"].split(":")[0]
        return {"status": error.code, "code": code, "message": json.load(error)["message"]}


def call(url, given):
    set_clock(given.get("skew", 0))
    if given.get("presigned"):
        return presigned(url, given)
    control = given.get("plane") == "control"
    client = boto3.client(
        "sagemaker" if control else "sagemaker-runtime",
        endpoint_url=url,
        region_name=given.get("region", "us-east-1"),
        aws_access_key_id=given["key"],
        aws_secret_access_key=given["secret"],
        aws_session_token=given.get("token"),
        config=Config(retries={"total_max_attempts": 1, "mode": "standard"}),
    )
    try:
        if control:
            return {"endpoints": [each["EndpointName"] for each in client.list_endpoints()["Endpoints"]]}
        answer = client.invoke_endpoint(
            EndpointName=given.get("endpoint", "bike"),
            ContentType="text/csv",
            Body=given["body"].encode(),
            **given.get("extra", {}),
        )
        return {"text": answer["Body"].read().decode()}
    except ClientError as error:
        response = error.response
        return {
            "code": response["Error"]["Code"],
            "message": response["Error"].get("Message"),
            "status": response["ResponseMetadata"]["HTTPStatusCode"],
        }


for line in sys.stdin:
    print(json.dumps(call(sys.argv[1], json.loads(line))), flush=True)
