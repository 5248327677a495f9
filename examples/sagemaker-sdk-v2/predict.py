"""Asks an endpoint for predictions by the SageMaker Python SDK, version 2: pip install "sagemaker<3"."""

import numpy
from sagemaker.deserializers import CSVDeserializer
from sagemaker.predictor import Predictor
from sagemaker.serializers import CSVSerializer

ENDPOINT = "xgboost-biketrain-v1"
# season, holiday, workingday, weather, temp, atemp, humidity, windspeed, year, month, day, dayofweek, hour
ROWS = numpy.array(
    [
        [4, 0, 1, 1, 16.4, 20.455, 50, 26.0027, 2012, 12, 19, 2, 17],
        [4, 0, 1, 1, 15.58, 19.695, 50, 23.9994, 2012, 12, 19, 2, 18],
    ]
)

predictor = Predictor(ENDPOINT, serializer=CSVSerializer(), deserializer=CSVDeserializer())
predictions = numpy.array(predictor.predict(ROWS), dtype=float)
# The model was trained on log1p(count).
for count in numpy.expm1(predictions).ravel():
    print(f"{count:.4f}")
