// Asks an endpoint for predictions by the AWS SDK for JavaScript: npm install @aws-sdk/client-sagemaker-runtime
import { InvokeEndpointCommand, SageMakerRuntimeClient } from "@aws-sdk/client-sagemaker-runtime";

// season, holiday, workingday, weather, temp, atemp, humidity, windspeed, year, month, day, dayofweek, hour
const rows = [
  "4,0,1,1,16.4,20.455,50,26.0027,2012,12,19,2,17",
  "4,0,1,1,15.58,19.695,50,23.9994,2012,12,19,2,18",
];

const client = new SageMakerRuntimeClient();
const { Body } = await client.send(
  new InvokeEndpointCommand({
    EndpointName: "xgboost-biketrain-v1",
    ContentType: "text/csv",
    Body: rows.join("\n"),
  }),
);
for (const line of Body.transformToString().trim().split("\n")) {
  // The model was trained on log1p(count).
  console.log(Math.expm1(Number(line)).toFixed(4));
}
client.destroy();
