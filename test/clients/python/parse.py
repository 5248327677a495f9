"""What botocore's own parser makes of a response, for the tests."""

import base64
import functools
import io

import botocore.session
from botocore.awsrequest import AWSResponse
from botocore.endpoint import convert_to_response_dict
from botocore.eventstream import EventStream
from botocore.exceptions import EventStreamError
from botocore.parsers import create_parser

from lines import serve

session = botocore.session.Session()


@functools.cache
def model_of(service):
    return session.get_service_model(service)


@functools.cache
def parser_of(service):
    return create_parser(model_of(service).resolved_protocol)


class Raw(io.BytesIO):
    """A body as urllib3 hands it over."""

    def stream(self, amt=1024, **_):
        while chunk := self.read(amt):
            yield chunk


def parse(service, operation, status, headers, body):
    """
    The error's code, or None for a success.

    Raises what botocore raises where it cannot parse.
    """
    operation_model = model_of(service).operation_model(operation)
    response = AWSResponse("http://stub/", status, headers, Raw(base64.b64decode(body)))
    answer = convert_to_response_dict(response, operation_model)
    parsed = parser_of(service).parse(answer, operation_model.output_shape)
    for value in parsed.values():
        if isinstance(value, EventStream):
            try:
                list(value)
            except EventStreamError as error:
                return error.response["Error"]["Code"]
    return parsed.get("Error", {}).get("Code")


def members(operation):
    """Names of an operation's input, for making up requests."""
    return list(model_of("sagemaker").operation_model(operation).input_shape.members)


serve(parse=parse, members=members)
