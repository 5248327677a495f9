"""Calls SageMaker's API and its runtime through boto3, one call for each line of JSON on stdin, and prints what came.

Usage: boto3_control.py URL. A line is one of
  {"call": "describe_endpoint", "args": {...}}          an operation of either client
  {"wait": "endpoint_in_service", "args": {...}, "delay": 1}
  {"pages": "list_endpoints", "key": "Endpoints", "args": {...}}
  {"count": 100, "args": {...}}                         that many calls of an endpoint: their variants, counted

Every answer of SageMaker's API is held against botocore's own model: no member may be missing that is required, none
may be unknown or of another type. What is wrong is printed as "unlike".
"""

import collections
import datetime
import json
import sys
import time

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

options = {
    "endpoint_url": sys.argv[1],
    "region_name": "us-east-1",
    "aws_access_key_id": "test",
    "aws_secret_access_key": "test",
    "config": Config(retries={"total_max_attempts": 1}, read_timeout=20),
}
sagemaker = boto3.client("sagemaker", **options)
runtime = boto3.client("sagemaker-runtime", **options)
unlike = []

TYPES = {
    "string": str,
    "integer": int,
    "long": int,
    "float": (int, float),
    "double": (int, float),
    "boolean": bool,
    "timestamp": (int, float),
}


def compare(shape, value, path):
    if shape.type_name == "structure":
        for name in shape.required_members:
            if name not in value:
                unlike.append(f"{path}.{name} is missing")
        for name, inner in value.items():
            if name not in shape.members:
                unlike.append(f"{path}.{name} is unknown")
            else:
                compare(shape.members[name], inner, f"{path}.{name}")
    elif shape.type_name == "list":
        for index, inner in enumerate(value):
            compare(shape.member, inner, f"{path}[{index}]")
    elif shape.type_name == "map":
        for key, inner in value.items():
            compare(shape.value, inner, f"{path}[{key}]")
    elif not isinstance(value, TYPES[shape.type_name]):
        unlike.append(f"{path} is {value!r}, not a {shape.type_name}")
    elif shape.type_name == "string" and shape.enum and value not in shape.enum:
        unlike.append(f"{path} is {value!r}, not one of {shape.enum}")


def check(http_response, model, **_):
    if http_response.status_code != 200:
        return
    body = http_response.content
    if model.output_shape is None:
        if body:
            unlike.append(f"{model.name} has a body: {body!r}")
    else:
        compare(model.output_shape, json.loads(body), model.name)


sagemaker.meta.events.register("after-call.sagemaker", check)


def call(given):
    args = given.get("args", {})
    if "wait" in given:
        started = time.monotonic()
        config = {"Delay": given.get("delay", 30), "MaxAttempts": given.get("attempts", 60)}
        sagemaker.get_waiter(given["wait"]).wait(WaiterConfig=config, **args)
        return {"seconds": time.monotonic() - started}
    if "pages" in given:
        pages = sagemaker.get_paginator(given["pages"]).paginate(**args)
        return [page[given["key"]] for page in pages]
    if "count" in given:
        variants = (
            runtime.invoke_endpoint(ContentType="text/csv", **args)["InvokedProductionVariant"]
            for _ in range(given["count"])
        )
        return collections.Counter(variants)
    client = runtime if given["call"] == "invoke_endpoint" else sagemaker
    answer = getattr(client, given["call"])(**args)
    answer.pop("ResponseMetadata")
    if "Body" in answer:
        answer["Body"] = answer["Body"].read().decode()
    return answer


def plain(value):
    if isinstance(value, datetime.datetime):
        return value.timestamp()
    raise TypeError(repr(value))


for line in sys.stdin:
    unlike.clear()
    try:
        said = {"answer": call(json.loads(line))}
    except ClientError as error:
        failure = error.response["Error"]
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        said = {"code": failure["Code"], "message": failure.get("Message"), "status": status}
    except BotoCoreError as error:
        said = {"code": type(error).__name__, "message": str(error)}
    print(json.dumps({**said, "unlike": unlike}, default=plain), flush=True)
