"""Deploys a model, asks it, and takes all of it away again, by boto3: pip install boto3.

Usage: deploy.py MODEL_DATA. On AWS that is s3://bucket/key of a model.tar.gz; the stub takes the path of a model file too.
"""

import sys

import boto3

NAME = "bikes-by-boto3"

sagemaker = boto3.client("sagemaker")
sagemaker.create_model(
    ModelName=NAME,
    ExecutionRoleArn="arn:aws:iam::123456789012:role/sagemaker",
    PrimaryContainer={
        "Image": "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1",
        "ModelDataUrl": sys.argv[1],
    },
)
sagemaker.create_endpoint_config(
    EndpointConfigName=NAME,
    ProductionVariants=[
        {
            "VariantName": "AllTraffic",
            "ModelName": NAME,
            "InstanceType": "ml.m5.large",
            "InitialInstanceCount": 1,
        }
    ],
)
sagemaker.create_endpoint(EndpointName=NAME, EndpointConfigName=NAME)
sagemaker.get_waiter("endpoint_in_service").wait(EndpointName=NAME, WaiterConfig={"Delay": 5})
print(sagemaker.describe_endpoint(EndpointName=NAME)["EndpointStatus"])

answer = boto3.client("sagemaker-runtime").invoke_endpoint(
    EndpointName=NAME, ContentType="text/csv", Body="4,0,1,1,16.4,20.455,50,26.0027,2012,12,19,2,17"
)
print(answer["Body"].read().decode().strip())

sagemaker.delete_endpoint(EndpointName=NAME)
sagemaker.get_waiter("endpoint_deleted").wait(EndpointName=NAME, WaiterConfig={"Delay": 5})
sagemaker.delete_endpoint_config(EndpointConfigName=NAME)
sagemaker.delete_model(ModelName=NAME)
print("deleted")
