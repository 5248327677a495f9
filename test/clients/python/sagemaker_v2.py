"""The SageMaker Python SDK, version 2, for the tests: what the course labs do with it."""

from lines import in_batches, serve  # First: it keeps what the SDK prints while it is imported from stdout.

import functools

import boto3
import numpy
import pandas
import sagemaker
from botocore.config import Config
from sagemaker.async_inference import AsyncInferenceConfig
from sagemaker.deserializers import CSVDeserializer, JSONDeserializer, NumpyDeserializer, PandasDeserializer
from sagemaker.model import Model
from sagemaker.predictor import Predictor
from sagemaker.predictor_async import AsyncPredictor
from sagemaker.serializers import CSVSerializer, NumpySerializer


@functools.cache
def session_of(url, timeout=None):
    """A session whose clients go to `url`; the SDK's own settings, but for a shorter `timeout` of reading."""
    account = boto3.Session(
        aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1"
    )
    config = Config(read_timeout=80 if timeout is None else timeout)
    return sagemaker.Session(
        account,
        sagemaker_client=account.client("sagemaker", endpoint_url=url),
        sagemaker_runtime_client=account.client("sagemaker-runtime", endpoint_url=url, config=config),
        default_bucket="test",
    )


DESERIALIZERS = {
    "csv": CSVDeserializer,
    "json": JSONDeserializer,
    "numpy": lambda: NumpyDeserializer(accept="text/csv"),
    "pandas": PandasDeserializer,
}
SERIALIZERS = {"csv": CSVSerializer, "numpy": NumpySerializer}


def predictor_of(url, endpoint, takes="csv", gives=None, timeout=None):
    deserializer = {} if gives is None else {"deserializer": DESERIALIZERS[gives]()}
    return Predictor(endpoint, session_of(url, timeout), serializer=SERIALIZERS[takes](), **deserializer)


def plain(answer):
    if isinstance(answer, bytes):
        return answer.decode()
    return answer.tolist() if isinstance(answer, numpy.ndarray) else answer


def ask(url, endpoint, rows, takes="csv", gives=None, timeout=None, **given):
    """One call of lines of CSV, or of lists of numbers, which go in as an array of NumPy."""
    data = rows if isinstance(rows, str) else numpy.array(rows)
    return plain(predictor_of(url, endpoint, takes, gives, timeout).predict(data, **given))


def predict(url, endpoint, file, size, form):
    """Rows of a file, `size` a call, each batch as lines of CSV, as an array of NumPy or as a DataFrame of pandas."""
    predictor = predictor_of(url, endpoint, gives="csv")
    frame = pandas.read_csv(file, header=None)
    if form == "csv":
        with open(file, encoding="utf-8") as lines:
            batches = map("\n".join, in_batches(lines.read().splitlines(), size))
    else:
        batches = in_batches(frame if form == "pandas" else frame.to_numpy(), size)
    # The SDK's deserializer gives rows of texts.
    return [float(cell) for batch in batches for row in predictor.predict(batch) for cell in row]


def stream(url, endpoint, body):
    return b"".join(predictor_of(url, endpoint).predict_stream(body)).decode()


def send(url, endpoint, location):
    """An asynchronous call of an input in S3; the answer is where its output will be."""
    response = AsyncPredictor(predictor_of(url, endpoint)).predict_async(
        input_path=location, initial_args={"ContentType": "text/csv"}
    )
    return {"output": response.output_path, "failure": response.failure_path}


def deploy(url, endpoint, model_data, image, config=None, output=None):
    """The lab's deployment: a model, an endpoint config and an endpoint, until it is in service."""
    model = Model(
        image_uri=image,
        model_data=model_data,
        role="arn:aws:iam::123456789012:role/test",
        name=f"{endpoint}-model",
        predictor_cls=Predictor,
        sagemaker_session=session_of(url),
    )
    given = {} if output is None else {"async_inference_config": AsyncInferenceConfig(output_path=output)}
    model.deploy(1, "ml.m5.large", endpoint_name=endpoint, **given)
    return session_of(url).sagemaker_client.describe_endpoint(EndpointName=endpoint)["EndpointStatus"]


def update(url, endpoint, instances):
    predictor_of(url, endpoint).update_endpoint(
        initial_instance_count=instances, instance_type="ml.m5.large", model_name=f"{endpoint}-model"
    )


def delete_model(url, endpoint):
    predictor_of(url, endpoint).delete_model()


def delete(url, endpoint):
    predictor_of(url, endpoint).delete_endpoint()


serve(
    ask=ask,
    predict=predict,
    stream=stream,
    send=send,
    deploy=deploy,
    update=update,
    delete_model=delete_model,
    delete=delete,
)
