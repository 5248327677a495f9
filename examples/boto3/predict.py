"""Asks an endpoint for predictions by boto3: pip install boto3."""

import math

import boto3

ENDPOINT = "xgboost-biketrain-v1"
# season, holiday, workingday, weather, temp, atemp, humidity, windspeed, year, month, day, dayofweek, hour
ROWS = [
    "4,0,1,1,16.4,20.455,50,26.0027,2012,12,19,2,17",
    "4,0,1,1,15.58,19.695,50,23.9994,2012,12,19,2,18",
]

runtime = boto3.client("sagemaker-runtime")
response = runtime.invoke_endpoint(
    EndpointName=ENDPOINT, ContentType="text/csv", Body="\n".join(ROWS).encode()
)
for line in response["Body"].read().decode().splitlines():
    # The model was trained on log1p(count).
    print(f"{math.expm1(float(line)):.4f}")
