"""boto3, for the tests: any operation of either plane, and predictions of many rows as the course lab makes them."""

import functools

import boto3
from botocore import xform_name
from botocore.config import Config
from botocore.eventstream import EventStream
from botocore.response import StreamingBody

from lines import in_batches, serve


@functools.cache
def client_of(service, url, timeout=None, mode=None):
    """A client as it is without settings, but for those that are given."""
    return boto3.client(
        service,
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(
            **({} if timeout is None else {"read_timeout": timeout}),
            **({} if mode is None else {"retries": {"mode": mode}}),
        ),
    )


def plain(value):
    """An answer as JSON has it."""
    if isinstance(value, StreamingBody):
        return value.read().decode()
    if isinstance(value, EventStream):
        return [event["PayloadPart"]["Bytes"].decode() for event in value]
    if isinstance(value, dict):
        return {key: plain(member) for key, member in value.items()}
    return [plain(member) for member in value] if isinstance(value, list) else value


def call(service, url, operation, params, timeout=None, retryMode=None):
    method = getattr(client_of(service, url, timeout, retryMode), xform_name(operation))
    return plain(method(**params))


def wait(url, waiter, params):
    client_of("sagemaker", url).get_waiter(waiter).wait(**params)


def pages(url, operation, params):
    """All that a paginator finds."""
    found = client_of("sagemaker", url).get_paginator(xform_name(operation)).paginate(**params)
    return [plain(page) for page in found]


def predict(url, endpoint, file, size):
    """The lab's way: rows of a file without a header, `size` a call, as text/csv."""
    with open(file, encoding="utf-8") as lines:
        rows = lines.read().splitlines()
    client = client_of("sagemaker-runtime", url)
    answers = []
    for batch in in_batches(rows, size):
        response = client.invoke_endpoint(
            EndpointName=endpoint, ContentType="text/csv", Body="\n".join(batch).encode()
        )
        answers += map(float, response["Body"].read().decode().split())
    return answers


serve(call=call, wait=wait, pages=pages, predict=predict)
