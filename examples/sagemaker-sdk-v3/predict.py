"""Asks an endpoint for predictions by the SageMaker Python SDK, version 3: pip install "sagemaker>=3"."""

import numpy
from sagemaker.core.deserializers import CSVDeserializer
from sagemaker.core.resources import Endpoint
from sagemaker.core.serializers import CSVSerializer

ENDPOINT = "xgboost-biketrain-v1"
# season, holiday, workingday, weather, temp, atemp, humidity, windspeed, year, month, day, dayofweek, hour
ROWS = numpy.array(
    [
        [4, 0, 1, 1, 16.4, 20.455, 50, 26.0027, 2012, 12, 19, 2, 17],
        [4, 0, 1, 1, 15.58, 19.695, 50, 23.9994, 2012, 12, 19, 2, 18],
    ]
)

endpoint = Endpoint(
    endpoint_name=ENDPOINT, serializer=CSVSerializer(), deserializer=CSVDeserializer()
)
# The serializer's content type is not sent along: it must be given.
predictions = numpy.array(endpoint.invoke(ROWS, content_type="text/csv").body, dtype=float)
# The model was trained on log1p(count).
for count in numpy.expm1(predictions).ravel():
    print(f"{count:.4f}")
