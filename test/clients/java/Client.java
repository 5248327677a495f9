import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.protocols.jsoncore.JsonNode;
import software.amazon.awssdk.protocols.jsoncore.JsonWriter;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sagemakerruntime.SageMakerRuntimeAsyncClient;
import software.amazon.awssdk.services.sagemakerruntime.SageMakerRuntimeClient;
import software.amazon.awssdk.services.sagemakerruntime.SageMakerRuntimeClientBuilder;
import software.amazon.awssdk.services.sagemakerruntime.model.InvokeEndpointWithResponseStreamResponseHandler;
import software.amazon.awssdk.services.sagemakerruntime.model.ModelErrorException;

/**
 * The AWS SDK for Java, version 2, for the tests: a line of JSON on stdin for each call, a line on stdout for its answer.
 */
public final class Client {
  private static final Map<String, SageMakerRuntimeClient> CLIENTS = new ConcurrentHashMap<>();
  private static final StaticCredentialsProvider CREDENTIALS =
      StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test"));

  /** Writes the members of an answer. */
  private interface Writing {
    void to(JsonWriter json);
  }

  private static SageMakerRuntimeClient clientOf(String url, double timeoutSeconds) {
    return CLIENTS.computeIfAbsent(url + " " + timeoutSeconds, key -> {
      SageMakerRuntimeClientBuilder builder = SageMakerRuntimeClient.builder();
      if (timeoutSeconds > 0) {
        Duration timeout = Duration.ofMillis((long) (timeoutSeconds * 1000));
        builder.overrideConfiguration(o -> o.apiCallAttemptTimeout(timeout));
      }
      return builder.endpointOverride(URI.create(url)).region(Region.US_EAST_1).credentialsProvider(CREDENTIALS).build();
    });
  }

  private static String text(JsonNode object, String name) {
    return object.field(name).map(JsonNode::text).orElse(null);
  }

  private static double number(JsonNode object, String name) {
    return object.field(name).map(JsonNode::asNumber).map(Double::parseDouble).orElse(0.0);
  }

  private static SdkBytes bytes(JsonNode object, String name) {
    String text = text(object, name);
    return text == null ? null : SdkBytes.fromUtf8String(text);
  }

  private static void member(JsonWriter json, String name, String value) {
    if (value != null) {
      json.writeFieldName(name).writeValue(value);
    }
  }

  private static Writing invoke(SageMakerRuntimeClient client, JsonNode p) {
    var out = client.invokeEndpoint(b -> b.endpointName(text(p, "EndpointName")).body(bytes(p, "Body"))
        .contentType(text(p, "ContentType")).accept(text(p, "Accept")).customAttributes(text(p, "CustomAttributes"))
        .inferenceId(text(p, "InferenceId")).targetModel(text(p, "TargetModel"))
        .targetVariant(text(p, "TargetVariant")).inferenceComponentName(text(p, "InferenceComponentName"))
        .sessionId(text(p, "SessionId")));
    return json -> {
      member(json, "Body", out.body().asUtf8String());
      member(json, "ContentType", out.contentType());
      member(json, "InvokedProductionVariant", out.invokedProductionVariant());
    };
  }

  private static Writing send(SageMakerRuntimeClient client, JsonNode p) {
    var out = client.invokeEndpointAsync(b -> b.endpointName(text(p, "EndpointName"))
        .inputLocation(text(p, "InputLocation")).contentType(text(p, "ContentType"))
        .inferenceId(text(p, "InferenceId")));
    return json -> {
      member(json, "InferenceId", out.inferenceId());
      member(json, "OutputLocation", out.outputLocation());
      member(json, "FailureLocation", out.failureLocation());
    };
  }

  /** Streams are the asynchronous client's alone. */
  private static Writing stream(String url, JsonNode p) {
    List<String> parts = new ArrayList<>();
    String[] type = new String[1];
    var visitor = InvokeEndpointWithResponseStreamResponseHandler.Visitor.builder()
        .onPayloadPart(part -> parts.add(part.bytes().asUtf8String())).build();
    var handler = InvokeEndpointWithResponseStreamResponseHandler.builder()
        .onResponse(response -> type[0] = response.contentType()).subscriber(visitor).build();
    try (var client = SageMakerRuntimeAsyncClient.builder().endpointOverride(URI.create(url)).region(Region.US_EAST_1)
        .credentialsProvider(CREDENTIALS).build()) {
      client.invokeEndpointWithResponseStream(b -> b.endpointName(text(p, "EndpointName")).body(bytes(p, "Body"))
          .contentType(text(p, "ContentType")).accept(text(p, "Accept")), handler).join();
    }
    return json -> {
      json.writeFieldName("Body").writeStartArray();
      parts.forEach(json::writeValue);
      json.writeEndArray();
      member(json, "ContentType", type[0]);
    };
  }

  /** Asks for the rows of a file, `size` of them a call. */
  private static Writing predict(SageMakerRuntimeClient client, JsonNode with) throws Exception {
    List<String> rows = Files.readAllLines(Path.of(text(with, "file")));
    int size = (int) number(with, "size");
    List<Double> answers = new ArrayList<>();
    for (int start = 0; start < rows.size(); start += size) {
      String body = String.join("\n", rows.subList(start, Math.min(start + size, rows.size())));
      var out = client.invokeEndpoint(b -> b.endpointName(text(with, "endpoint")).contentType("text/csv")
          .body(SdkBytes.fromUtf8String(body)));
      for (String answer : out.body().asUtf8String().split("\n")) {
        answers.add(Double.parseDouble(answer));
      }
    }
    return json -> {
      json.writeFieldName("predictions").writeStartArray();
      answers.forEach(json::writeValue);
      json.writeEndArray();
    };
  }

  private static Writing describe(Throwable error) {
    return json -> {
      if (error instanceof AwsServiceException of) {
        member(json, "name", of.awsErrorDetails().errorCode());
        member(json, "message", of.awsErrorDetails().errorMessage());
        json.writeFieldName("status").writeValue(of.statusCode());
      } else {
        member(json, "name", error.getClass().getSimpleName());
        member(json, "message", error.getMessage());
      }
      if (error instanceof ModelErrorException of && of.originalStatusCode() != null) {
        json.writeFieldName("originalStatus").writeValue(of.originalStatusCode());
      }
    };
  }

  private static Writing run(JsonNode call) throws Exception {
    JsonNode with = call.field("with").orElseThrow();
    String url = text(with, "url");
    SageMakerRuntimeClient client = clientOf(url, number(with, "timeout"));
    if (text(call, "do").equals("predict")) {
      return predict(client, with);
    }
    JsonNode params = with.field("params").orElseThrow();
    switch (text(with, "operation")) {
      case "InvokeEndpoint": return invoke(client, params);
      case "InvokeEndpointAsync": return send(client, params);
      case "InvokeEndpointWithResponseStream": return stream(url, params);
      default: throw new IllegalArgumentException("no operation " + text(with, "operation"));
    }
  }

  private static void answer(JsonNode call) {
    JsonWriter json = JsonWriter.create();
    json.writeStartObject().writeFieldName("id").writeValue((int) number(call, "id"));
    String key = "answer";
    Writing writing;
    try {
      writing = run(call);
    } catch (CompletionException error) {
      key = "error";
      writing = describe(error.getCause());
    } catch (Exception error) {
      key = "error";
      writing = describe(error);
    }
    json.writeFieldName(key).writeStartObject();
    writing.to(json);
    json.writeEndObject().writeEndObject();
    String line = new String(json.getBytes(), java.nio.charset.StandardCharsets.UTF_8);
    synchronized (Client.class) {
      System.out.println(line);
    }
  }

  public static void main(String[] arguments) throws Exception {
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, java.nio.charset.StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      JsonNode call = JsonNode.parser().parse(line);
      Thread thread = new Thread(() -> answer(call));
      thread.setDaemon(true);
      thread.start();
    }
    System.exit(0);
  }
}
