"""Runs the Python of stdin as docs/stub.md means it: with the clients that it takes for granted.

The address, the region and the credentials come from the environment, as AWS's tools have them.
"""

import sys

import boto3

names = {"runtime": boto3.client("sagemaker-runtime"), "sagemaker": boto3.client("sagemaker")}
exec(compile(sys.stdin.read(), "docs/stub.md", "exec"), names)
