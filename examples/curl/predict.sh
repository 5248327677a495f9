#!/bin/sh
# Asks an endpoint for predictions by curl, which signs requests itself from 7.75 on, and prints what the model says:
# log1p(count), a line a row.
set -eu

region=${AWS_REGION:-us-east-1}
address=${AWS_ENDPOINT_URL:-https://runtime.sagemaker.$region.amazonaws.com}
token=${AWS_SESSION_TOKEN:+X-Amz-Security-Token: $AWS_SESSION_TOKEN}

curl --silent --show-error --fail-with-body "$address/endpoints/xgboost-biketrain-v1/invocations" \
  --aws-sigv4 "aws:amz:$region:sagemaker" --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" \
  --header "$token" --header 'Content-Type: text/csv' --data-binary '4,0,1,1,16.4,20.455,50,26.0027,2012,12,19,2,17
4,0,1,1,15.58,19.695,50,23.9994,2012,12,19,2,18'
