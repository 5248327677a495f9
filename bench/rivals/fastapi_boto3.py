"""FastAPI, and one call of boto3 a request, in the thread pool that FastAPI has for it."""

import math
import os
from datetime import datetime
from typing import Annotated

import boto3
import uvicorn
from botocore.config import Config
from fastapi import FastAPI, Header, Response
from pydantic import BaseModel, Field

Temperature = Annotated[float, Field(ge=-40, le=60)]
Flag = Annotated[int, Field(ge=0, le=1)]
OneToFour = Annotated[int, Field(ge=1, le=4)]


class Instance(BaseModel):
    features: tuple[
        datetime,
        OneToFour,
        Flag,
        Flag,
        OneToFour,
        Temperature,
        Annotated[float, Field(ge=-50, le=70)],
        Annotated[float, Field(ge=0, le=100)],
        Annotated[float, Field(ge=0, le=150)],
    ]


class Request(BaseModel):
    instances: Annotated[list[Instance], Field(min_length=1, max_length=10_000)]


class Predictions(BaseModel):
    predictions: list[float]


# boto3 has 10 sockets unless told; FastAPI has 40 threads.
client = boto3.client("sagemaker-runtime", config=Config(max_pool_connections=50))
app = FastAPI()


def csv_of(instance: Instance) -> str:
    moment, *rest = instance.features
    parts = [moment.year, moment.month, moment.day, moment.weekday(), moment.hour]
    return ",".join(map(str, [*rest, *parts]))


@app.post("/predict")
def predict(request: Request, response: Response, x_request_id: Annotated[str, Header()]) -> Predictions:
    response.headers["x-request-id"] = x_request_id
    answer = client.invoke_endpoint(
        EndpointName=os.environ["ENDPOINT_NAME"],
        ContentType="text/csv",
        Accept="text/csv",
        Body="\n".join(map(csv_of, request.instances)),
    )
    lines = answer["Body"].read().decode().split()
    if len(lines) != len(request.instances):
        raise RuntimeError("the endpoint answered another number of rows")
    return Predictions(predictions=[math.expm1(float(line)) for line in lines])


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PORT"]), log_level="warning", access_log=False)
