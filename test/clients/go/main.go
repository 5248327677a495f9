// The AWS SDK for Go, version 2, for the tests: a line of JSON on stdin for each call, a line on stdout for its answer.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemakerruntime"
	"github.com/aws/aws-sdk-go-v2/service/sagemakerruntime/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// Params are an operation's, under the names that SageMaker gives them; nil for those that are not given.
type Params struct {
	EndpointName, Body, ContentType, Accept, CustomAttributes, InferenceId       *string
	TargetModel, TargetVariant, InferenceComponentName, SessionId, InputLocation *string
}

type call struct {
	ID   int    `json:"id"`
	Do   string `json:"do"`
	With struct {
		URL       string  `json:"url"`
		Operation string  `json:"operation"`
		Timeout   float64 `json:"timeout"`
		Params    Params  `json:"params"`
		Endpoint  string  `json:"endpoint"`
		File      string  `json:"file"`
		Size      int     `json:"size"`
	} `json:"with"`
}

type described struct {
	Name           string `json:"name"`
	Message        string `json:"message"`
	Status         int    `json:"status,omitempty"`
	OriginalStatus *int32 `json:"originalStatus,omitempty"`
}

func clientOf(url string, timeoutSeconds float64) *sagemakerruntime.Client {
	options := sagemakerruntime.Options{
		BaseEndpoint: aws.String(url),
		Region:       "us-east-1",
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}, nil
		}),
	}
	if timeoutSeconds > 0 {
		options.HTTPClient = &http.Client{Timeout: time.Duration(timeoutSeconds * float64(time.Second))}
	}
	return sagemakerruntime.New(options)
}

func bytesOf(text *string) []byte {
	if text == nil {
		return nil
	}
	return []byte(*text)
}

func invoke(client *sagemakerruntime.Client, operation string, p Params) (any, error) {
	ctx := context.Background()
	switch operation {
	case "InvokeEndpoint":
		out, err := client.InvokeEndpoint(ctx, &sagemakerruntime.InvokeEndpointInput{
			EndpointName: p.EndpointName, Body: bytesOf(p.Body), ContentType: p.ContentType, Accept: p.Accept,
			CustomAttributes: p.CustomAttributes, InferenceId: p.InferenceId, TargetModel: p.TargetModel,
			TargetVariant: p.TargetVariant, InferenceComponentName: p.InferenceComponentName, SessionId: p.SessionId,
		})
		if err != nil {
			return nil, err
		}
		return map[string]any{
			"Body": string(out.Body), "ContentType": out.ContentType,
			"InvokedProductionVariant": out.InvokedProductionVariant,
		}, nil
	case "InvokeEndpointWithResponseStream":
		out, err := client.InvokeEndpointWithResponseStream(ctx,
			&sagemakerruntime.InvokeEndpointWithResponseStreamInput{
				EndpointName: p.EndpointName, Body: bytesOf(p.Body), ContentType: p.ContentType, Accept: p.Accept,
				CustomAttributes: p.CustomAttributes,
			})
		if err != nil {
			return nil, err
		}
		stream := out.GetStream()
		defer stream.Close()
		parts := []string{}
		for event := range stream.Events() {
			if part, ok := event.(*types.ResponseStreamMemberPayloadPart); ok {
				parts = append(parts, string(part.Value.Bytes))
			}
		}
		return map[string]any{"Body": parts, "ContentType": out.ContentType}, stream.Err()
	case "InvokeEndpointAsync":
		out, err := client.InvokeEndpointAsync(ctx, &sagemakerruntime.InvokeEndpointAsyncInput{
			EndpointName: p.EndpointName, InputLocation: p.InputLocation, ContentType: p.ContentType,
			InferenceId: p.InferenceId,
		})
		if err != nil {
			return nil, err
		}
		return map[string]any{
			"InferenceId": out.InferenceId, "OutputLocation": out.OutputLocation, "FailureLocation": out.FailureLocation,
		}, nil
	}
	return nil, fmt.Errorf("no operation %s", operation)
}

// predict asks for the rows of a file, size of them a call.
func predict(client *sagemakerruntime.Client, endpoint, file string, size int) (any, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	rows := bytes.Split(bytes.TrimSpace(content), []byte("\n"))
	answers := make([]float64, 0, len(rows))
	for start := 0; start < len(rows); start += size {
		out, err := client.InvokeEndpoint(context.Background(), &sagemakerruntime.InvokeEndpointInput{
			EndpointName: &endpoint, ContentType: aws.String("text/csv"),
			Body: bytes.Join(rows[start:min(start+size, len(rows))], []byte("\n")),
		})
		if err != nil {
			return nil, err
		}
		for _, text := range strings.Fields(string(out.Body)) {
			answer, err := strconv.ParseFloat(text, 64)
			if err != nil {
				return nil, err
			}
			answers = append(answers, answer)
		}
	}
	return map[string]any{"predictions": answers}, nil
}

func describe(err error) described {
	found := described{Name: fmt.Sprintf("%T", errors.Unwrap(err)), Message: err.Error()}
	var api smithy.APIError
	if errors.As(err, &api) {
		found.Name, found.Message = api.ErrorCode(), api.ErrorMessage()
	}
	var response *smithyhttp.ResponseError
	if errors.As(err, &response) {
		found.Status = response.HTTPStatusCode()
	}
	var model *types.ModelError
	if errors.As(err, &model) {
		found.OriginalStatus = model.OriginalStatusCode
	}
	return found
}

func run(given call) any {
	client := clientOf(given.With.URL, given.With.Timeout)
	var answer any
	var err error
	if given.Do == "predict" {
		answer, err = predict(client, given.With.Endpoint, given.With.File, given.With.Size)
	} else {
		answer, err = invoke(client, given.With.Operation, given.With.Params)
	}
	if err != nil {
		return map[string]any{"id": given.ID, "error": describe(err)}
	}
	return map[string]any{"id": given.ID, "answer": answer}
}

func main() {
	answers := make(chan any)
	go func() {
		lines := bufio.NewScanner(os.Stdin)
		lines.Buffer(nil, 64<<20)
		for lines.Scan() {
			var given call
			if err := json.Unmarshal(lines.Bytes(), &given); err != nil {
				panic(err)
			}
			go func() { answers <- run(given) }()
		}
		os.Exit(0)
	}()
	out := json.NewEncoder(os.Stdout)
	for answer := range answers {
		_ = out.Encode(answer)
	}
}
