"""The SageMaker Python SDK, version 3, for the tests: the resources of its package sagemaker-core.

Where the stub is must be said by AWS_ENDPOINT_URL: the SDK makes its clients itself.
"""

from lines import in_batches, serve  # First: it keeps what the SDK prints while it is imported from stdout.

import functools

import boto3
import botocore.session
import pandas
from botocore.config import Config
from sagemaker.core.deserializers import CSVDeserializer
from sagemaker.core.resources import Endpoint, EndpointConfig, Model
from sagemaker.core.serializers import CSVSerializer
from sagemaker.core.shapes import ContainerDefinition, DesiredWeightAndCapacity, ProductionVariant

CSV = "text/csv"
ROLE = "arn:aws:iam::123456789012:role/test"


@functools.cache
def session_of(timeout=None):
    """The SDK's own settings, but for a shorter `timeout` of reading."""
    session = botocore.session.Session()
    if timeout is not None:
        session.set_default_client_config(Config(read_timeout=timeout))
    return boto3.Session(
        aws_access_key_id="test",
        aws_secret_access_key="test",
        region_name="us-east-1",
        botocore_session=session,
    )


def ask(endpoint, body, timeout=None, **given):
    answer = Endpoint(endpoint_name=endpoint).invoke(body, session=session_of(timeout), **given)
    return {
        "body": answer.body.read().decode(),
        "type": answer.content_type,
        "variant": answer.invoked_production_variant,
    }


def predict(endpoint, file, size, form):
    """Rows of a file, `size` a call, each batch as lines of CSV, as an array of NumPy or as a DataFrame of pandas."""
    target = Endpoint(endpoint_name=endpoint, serializer=CSVSerializer(), deserializer=CSVDeserializer())
    if form == "csv":
        with open(file, encoding="utf-8") as lines:
            batches = map("\n".join, in_batches(lines.read().splitlines(), size))
    else:
        frame = pandas.read_csv(file, header=None)
        batches = in_batches(frame if form == "pandas" else frame.to_numpy(), size)
    # The SDK leaves its serializer's content type out of the request: it must be given.
    answers = (target.invoke(batch, content_type=CSV, session=session_of()).body for batch in batches)
    return [float(cell) for answer in answers for row in answer for cell in row]


def send(endpoint, location):
    answer = Endpoint(endpoint_name=endpoint).invoke_async(
        input_location=location, content_type=CSV, session=session_of()
    )
    return {"output": answer.output_location, "failure": answer.failure_location}


def deploy(endpoint, model_data, image, **config):
    """A model, an endpoint config and an endpoint, until it is in service."""
    session = session_of()
    name = f"{endpoint}-model"
    container = ContainerDefinition(image=image, model_data_url=model_data)
    Model.create(model_name=name, primary_container=container, execution_role_arn=ROLE, session=session)
    configure(endpoint, endpoint, 1, **config)
    made = Endpoint.create(endpoint_name=endpoint, endpoint_config_name=endpoint, session=session)
    made.wait_for_status("InService", poll=1, timeout=30)
    return made.endpoint_status


def configure(config, endpoint, instances, **more):
    variant = ProductionVariant(
        variant_name="AllTraffic",
        model_name=f"{endpoint}-model",
        initial_instance_count=instances,
        instance_type="ml.m5.large",
        initial_variant_weight=1.0,
    )
    EndpointConfig.create(
        endpoint_config_name=config, production_variants=[variant], session=session_of(), **more
    )


def update(endpoint, instances):
    """To a new endpoint config of so many instances, then to a new weight."""
    config = f"{endpoint}-{instances}"
    configure(config, endpoint, instances)
    found = Endpoint.get(endpoint, session=session_of())
    found.endpoint_config_name = config
    found.update()
    found.wait_for_status("InService", poll=1, timeout=30)
    found.update_weights_and_capacities(
        [DesiredWeightAndCapacity(variant_name="AllTraffic", desired_weight=0.5)], session=session_of()
    )
    found.wait_for_status("InService", poll=1, timeout=30)
    [variant] = found.production_variants
    return {"instances": variant.current_instance_count, "weight": variant.current_weight}


def names(part):
    """What is there of which the name contains `part`."""
    return {
        "models": [found.model_name for found in Model.get_all(name_contains=part, session=session_of())],
        "configs": [
            found.endpoint_config_name
            for found in EndpointConfig.get_all(name_contains=part, session=session_of())
        ],
        "endpoints": [
            found.endpoint_name for found in Endpoint.get_all(name_contains=part, session=session_of())
        ],
    }


def delete(endpoint):
    found = Endpoint.get(endpoint, session=session_of())
    found.delete()
    found.wait_for_delete(poll=1, timeout=30)


def delete_all(endpoint, configs):
    delete(endpoint)
    for config in configs:
        EndpointConfig.get(config, session=session_of()).delete()
    Model.get(f"{endpoint}-model", session=session_of()).delete()


serve(
    ask=ask,
    predict=predict,
    send=send,
    deploy=deploy,
    update=update,
    names=names,
    delete=delete,
    delete_all=delete_all,
)
