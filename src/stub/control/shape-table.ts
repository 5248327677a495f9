/**
 * What each operation of the control plane takes: members, and the constraints on them (API model 2017-07-24).
 * Structures that the stub keeps without looking into them are left open.
 */
import {
  anyObject,
  boolean,
  float,
  integer,
  list,
  map,
  oneOf,
  structure,
  text,
  timestamp,
  type Shape,
} from "./shapes.ts";

const NAME = "[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}";
const name = text(63, NAME);
const modelName = text(63, "[a-zA-Z0-9]([\\-a-zA-Z0-9]*[a-zA-Z0-9])?");
const arn = (rest: string): Shape => text(2048, `arn:aws[a-z\\-]*:${rest}`, 20);
const roleArn = arn("iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+");
const resourceArn = text(256, "arn:aws[a-z-]*:sagemaker:[a-z0-9-]*:[0-9]{12}:.+");
const kmsKeyId = text(2048, "[a-zA-Z0-9:/_\\-]*");
const s3Uri = text(512, "(https|s3)://([^/])/?(.*)");
/** SageMaker takes https and s3 alone; a file of this machine is the stub's own. */
const artifactUrl = text(1024, "\\S(.*\\S)?");
/** SageMaker has a list of some 300, which grows; any name of that form will do. */
const instanceType = text(64, "ml\\.[a-z0-9-]+\\.[a-z0-9-]+");
const image = text(255, "\\S+");
const timeout = integer(60, 3600);

const TAG_TEXT = "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*";
const tagKey = text(128, TAG_TEXT, 1);
const tags = list(structure({ "*Key": tagKey, "*Value": text(256, TAG_TEXT) }), 0, 50);

const environment = map(text(1024, "[a-zA-Z_][a-zA-Z0-9_]*"), text(1024), 100);
const vpcConfig = structure({
  "*SecurityGroupIds": list(text(32, "[-0-9a-zA-Z]+"), 1, 5),
  "*Subnets": list(text(32, "[-0-9a-zA-Z]+"), 1, 16),
});

const s3DataSource = structure({
  "*S3Uri": artifactUrl,
  "*S3DataType": oneOf("S3Prefix", "S3Object"),
  "*CompressionType": oneOf("None", "Gzip"),
  ModelAccessConfig: structure({ "*AcceptEula": boolean }),
  HubAccessConfig: anyObject,
  ManifestS3Uri: artifactUrl,
  ETag: text(1024),
  ManifestEtag: text(1024),
});

const containerDefinition = structure({
  ContainerHostname: name,
  Image: image,
  ImageConfig: structure({
    "*RepositoryAccessMode": oneOf("Platform", "Vpc"),
    RepositoryAuthConfig: structure({ "*RepositoryCredentialsProviderArn": text(2048, ".*", 1) }),
  }),
  Mode: oneOf("SingleModel", "MultiModel"),
  ModelDataUrl: artifactUrl,
  ModelDataSource: structure({ S3DataSource: s3DataSource }),
  AdditionalModelDataSources: list(
    structure({ "*ChannelName": text(64, "[A-Za-z0-9.\\-_]+", 1), "*S3DataSource": s3DataSource }),
    0,
    5,
  ),
  Environment: environment,
  ModelPackageName: text(176, "\\S+", 1),
  InferenceSpecificationName: text(63, NAME, 1),
  MultiModelConfig: structure({ ModelCacheSetting: oneOf("Enabled", "Disabled") }),
  ContainerMetricsConfig: anyObject,
});

const productionVariant = structure({
  "*VariantName": name,
  ModelName: modelName,
  InitialInstanceCount: integer(1),
  InstanceType: instanceType,
  InstancePools: list(anyObject, 1, 5),
  VariantInstanceProvisionTimeoutInSeconds: integer(300, 3600),
  InitialVariantWeight: float(0),
  AcceleratorType: text(64, "ml\\.eia[12]\\.(medium|large|xlarge)"),
  CoreDumpConfig: structure({ "*DestinationS3Uri": s3Uri, KmsKeyId: kmsKeyId }),
  ServerlessConfig: structure({
    "*MemorySizeInMB": integer(1024, 6144),
    "*MaxConcurrency": integer(1, 200),
    ProvisionedConcurrency: integer(1, 200),
  }),
  VolumeSizeInGB: integer(1, 512),
  ModelDataDownloadTimeoutInSeconds: timeout,
  ContainerStartupHealthCheckTimeoutInSeconds: timeout,
  EnableSSMAccess: boolean,
  ManagedInstanceScaling: structure({
    Status: oneOf("ENABLED", "DISABLED"),
    MinInstanceCount: integer(0),
    MaxInstanceCount: integer(1),
    ScaleInPolicy: anyObject,
  }),
  RoutingConfig: structure({
    "*RoutingStrategy": oneOf("LEAST_OUTSTANDING_REQUESTS", "RANDOM", "PREFIX_AWARE", "KV_AWARE"),
    PrefixAwareRoutingConfig: anyObject,
  }),
  InferenceAmiVersion: text(64),
  CapacityReservationConfig: anyObject,
  AcceleratorPartitionLayouts: list(anyObject, 1, 32),
});
const productionVariants = list(productionVariant, 1, 10);

const contentTypes = list(text(256, "[a-zA-Z0-9](-*[a-zA-Z0-9])*/[a-zA-Z0-9](-*[a-zA-Z0-9.])*", 1), 1, 10);
const dataCaptureConfig = structure({
  EnableCapture: boolean,
  "*InitialSamplingPercentage": integer(0, 100),
  "*DestinationS3Uri": artifactUrl,
  KmsKeyId: kmsKeyId,
  "*CaptureOptions": list(structure({ "*CaptureMode": oneOf("Input", "Output", "InputAndOutput") }), 1, 32),
  CaptureContentTypeHeader: structure({ CsvContentTypes: contentTypes, JsonContentTypes: contentTypes }),
});

const snsTopic = text(2048, "arn:aws[a-z\\-]*:sns:[a-z0-9\\-]*:[0-9]{12}:[a-zA-Z0-9_.\\-]+");
const asyncInferenceConfig = structure({
  ClientConfig: structure({ MaxConcurrentInvocationsPerInstance: integer(1, 1000) }),
  "*OutputConfig": structure({
    KmsKeyId: kmsKeyId,
    S3OutputPath: artifactUrl,
    S3FailurePath: artifactUrl,
    NotificationConfig: structure({
      SuccessTopic: snsTopic,
      ErrorTopic: snsTopic,
      IncludeInferenceResponseIn: list(oneOf("SUCCESS_NOTIFICATION_TOPIC", "ERROR_NOTIFICATION_TOPIC"), 0, 2),
    }),
  }),
});

const componentSpecification = structure({
  InstanceType: instanceType,
  ModelName: modelName,
  Container: structure({
    Image: image,
    ArtifactUrl: artifactUrl,
    Environment: environment,
    ContainerMetricsConfig: anyObject,
  }),
  StartupParameters: structure({
    ModelDataDownloadTimeoutInSeconds: timeout,
    ContainerStartupHealthCheckTimeoutInSeconds: timeout,
  }),
  ComputeResourceRequirements: structure({
    NumberOfCpuCoresRequired: float(0.25),
    NumberOfAcceleratorDevicesRequired: float(1),
    "*MinMemoryRequiredInMb": integer(128),
    MaxMemoryRequiredInMb: integer(128),
    AcceleratorPartitionType: text(32),
  }),
  BaseInferenceComponentName: modelName,
  DataCacheConfig: structure({ "*EnableCaching": boolean }),
  SchedulingConfig: anyObject,
});
const componentSpecifications = list(componentSpecification, 1, 5);
const copies = structure({ "*CopyCount": integer(0) });

const ENDPOINT_STATUS = oneOf(
  "OutOfService",
  "Creating",
  "Updating",
  "SystemUpdating",
  "RollingBack",
  "InService",
  "Deleting",
  "Failed",
  "UpdateRollbackFailed",
);

/** What a listing takes, beside its filters of its own. */
const page = {
  SortOrder: oneOf("Ascending", "Descending"),
  NextToken: text(8192),
  MaxResults: integer(1, 100),
  NameContains: text(63, "[a-zA-Z0-9-]+"),
  CreationTimeBefore: timestamp,
  CreationTimeAfter: timestamp,
};
const modifiedTimes = { LastModifiedTimeBefore: timestamp, LastModifiedTimeAfter: timestamp };
const byNameOrTime = oneOf("Name", "CreationTime");
const byNameTimeOrStatus = oneOf("Name", "CreationTime", "Status");

/** The shape of each operation's request. */
export const SHAPES = {
  CreateModel: structure({
    "*ModelName": modelName,
    PrimaryContainer: containerDefinition,
    Containers: list(containerDefinition, 0, 15),
    InferenceExecutionConfig: structure({ "*Mode": oneOf("Serial", "Direct") }),
    ExecutionRoleArn: roleArn,
    Tags: tags,
    VpcConfig: vpcConfig,
    EnableNetworkIsolation: boolean,
  }),
  DescribeModel: structure({ "*ModelName": modelName }),
  ListModels: structure({ SortBy: byNameOrTime, ...page }),
  DeleteModel: structure({ "*ModelName": modelName }),

  CreateEndpointConfig: structure({
    "*EndpointConfigName": name,
    "*ProductionVariants": productionVariants,
    DataCaptureConfig: dataCaptureConfig,
    Tags: tags,
    KmsKeyId: kmsKeyId,
    AsyncInferenceConfig: asyncInferenceConfig,
    ExplainerConfig: anyObject,
    ShadowProductionVariants: productionVariants,
    ExecutionRoleArn: roleArn,
    VpcConfig: vpcConfig,
    EnableNetworkIsolation: boolean,
    MetricsConfig: anyObject,
    CrossRegionTrafficConfig: anyObject,
  }),
  DescribeEndpointConfig: structure({ "*EndpointConfigName": name }),
  ListEndpointConfigs: structure({ SortBy: byNameOrTime, ...page }),
  DeleteEndpointConfig: structure({ "*EndpointConfigName": name }),

  CreateEndpoint: structure({
    "*EndpointName": name,
    "*EndpointConfigName": name,
    DeploymentConfig: anyObject,
    Tags: tags,
  }),
  DescribeEndpoint: structure({ "*EndpointName": name }),
  ListEndpoints: structure({
    SortBy: byNameTimeOrStatus,
    ...page,
    ...modifiedTimes,
    StatusEquals: ENDPOINT_STATUS,
  }),
  UpdateEndpoint: structure({
    "*EndpointName": name,
    "*EndpointConfigName": name,
    RetainAllVariantProperties: boolean,
    ExcludeRetainedVariantProperties: list(
      structure({
        "*VariantPropertyType": oneOf("DesiredInstanceCount", "DesiredWeight", "DataCaptureConfig"),
      }),
      0,
      3,
    ),
    DeploymentConfig: anyObject,
    RetainDeploymentConfig: boolean,
  }),
  UpdateEndpointWeightsAndCapacities: structure({
    "*EndpointName": name,
    "*DesiredWeightsAndCapacities": list(
      structure({
        "*VariantName": name,
        DesiredWeight: float(0),
        DesiredInstanceCount: integer(0),
        ServerlessUpdateConfig: structure({
          MaxConcurrency: integer(1, 200),
          ProvisionedConcurrency: integer(1, 200),
        }),
      }),
      1,
      10,
    ),
  }),
  DeleteEndpoint: structure({ "*EndpointName": name }),

  CreateInferenceComponent: structure({
    "*InferenceComponentName": modelName,
    "*EndpointName": name,
    VariantName: name,
    Specification: componentSpecification,
    Specifications: componentSpecifications,
    RuntimeConfig: copies,
    Tags: tags,
  }),
  DescribeInferenceComponent: structure({ "*InferenceComponentName": modelName }),
  ListInferenceComponents: structure({
    SortBy: byNameTimeOrStatus,
    ...page,
    ...modifiedTimes,
    StatusEquals: oneOf("InService", "Creating", "Updating", "Failed", "Deleting"),
    EndpointNameEquals: name,
    VariantNameEquals: name,
  }),
  UpdateInferenceComponent: structure({
    "*InferenceComponentName": modelName,
    Specification: componentSpecification,
    Specifications: componentSpecifications,
    RuntimeConfig: copies,
    DeploymentConfig: anyObject,
  }),
  UpdateInferenceComponentRuntimeConfig: structure({
    "*InferenceComponentName": modelName,
    "*DesiredRuntimeConfig": copies,
  }),
  DeleteInferenceComponent: structure({ "*InferenceComponentName": modelName }),

  AddTags: structure({ "*ResourceArn": resourceArn, "*Tags": tags }),
  ListTags: structure({ "*ResourceArn": resourceArn, NextToken: text(8192), MaxResults: integer(50) }),
  DeleteTags: structure({ "*ResourceArn": resourceArn, "*TagKeys": list(tagKey, 1, 50) }),
} as const satisfies Readonly<Record<string, Shape>>;

/** An operation of the control plane that the stub has. */
export type OperationName = keyof typeof SHAPES;
