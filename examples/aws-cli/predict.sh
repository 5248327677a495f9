#!/bin/sh
# Asks an endpoint for a prediction by the AWS CLI, version 1 or 2, and prints what the model says: log1p(count).
# Parameters are the CLI's own, such as --endpoint-url.
set -eu

folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT

# From a file, since version 2 takes text in the command itself for base64.
printf '4,0,1,1,16.4,20.455,50,26.0027,2012,12,19,2,17' >"$folder/rows.csv"
aws "$@" sagemaker-runtime invoke-endpoint --endpoint-name xgboost-biketrain-v1 --content-type text/csv \
  --body "fileb://$folder/rows.csv" "$folder/answer.csv" >"$folder/response.json"
cat "$folder/answer.csv"
