import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import {
  createServer as createTcpServer,
  type AddressInfo,
  type Server as TcpServer,
  type Socket,
} from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, test } from "vitest";
import { containerOf } from "../../../src/stub/containers/container-of.ts";
import type { Container } from "../../../src/stub/containers/contract.ts";
import { needs } from "../../needs.ts";
import { ask, requestOf, started } from "./ask.ts";

const servers: (Server | TcpServer)[] = [];
const containers: Container[] = [];
afterEach(() => {
  for (const container of containers.splice(0)) {
    container.close?.();
  }
  for (const server of servers.splice(0)) {
    server.close();
    (server as Server).closeAllConnections?.();
  }
});

async function addressOf(server: Server | TcpServer): Promise<string> {
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A container that is well, and answers invocations as told. */
function serve(listener: RequestListener): Promise<string> {
  return addressOf(
    createServer((request, response) => {
      if (request.url === "/ping") {
        response.end();
      } else {
        listener(request, response);
      }
    }),
  );
}

/** A container that is well, and does with the socket of an invocation as told. */
function serveRaw(act: (socket: Socket) => void): Promise<string> {
  return addressOf(
    createTcpServer((socket) => {
      socket.on("error", () => {});
      socket.on("data", (chunk) => {
        if (chunk.includes("GET /ping")) {
          socket.end("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        } else {
          act(socket);
        }
      });
    }),
  );
}

async function forwardTo(address: string, maxResponseBytes?: number): Promise<Container> {
  const container = started(
    await containerOf(
      { Environment: { SKEWLESS_STUB_CONTAINER: address } },
      { startTimeoutMs: 0, maxResponseBytes },
    ),
  );
  containers.push(container);
  return container;
}

describe("a call", () => {
  test("gets to POST /invocations with SageMaker's headers, and with no other", async () => {
    let seen: IncomingMessage | undefined;
    let body = "";
    const address = await serve(async (request, response) => {
      seen = request;
      body = await text(request);
      response.end("0.5\n");
    });
    await ask(await forwardTo(address), {
      body: "1,2,é",
      accept: "application/json",
      headers: {
        authorization: "AWS4-HMAC-SHA256 secret",
        "x-amz-date": "now",
        "user-agent": "boto3",
        "x-amzn-sagemaker-custom-attributes": "a=b",
        "x-amzn-sagemaker-inference-id": "id-1",
      },
    });
    expect([seen?.method, seen?.url, body]).toEqual(["POST", "/invocations", "1,2,é"]);
    expect(seen?.headers).toEqual({
      host: address.slice("http://".length),
      connection: "keep-alive",
      "content-length": "6",
      "content-type": "text/csv",
      accept: "application/json",
      "x-amzn-sagemaker-custom-attributes": "a=b",
      "x-amzn-sagemaker-inference-id": "id-1",
    });
  });

  test("without Content-Type and Accept gets there without", async () => {
    const address = await serve((request, response) => response.end(JSON.stringify(request.headers)));
    const { text: said } = await ask(await forwardTo(address), { contentType: undefined });
    expect(Object.keys(JSON.parse(said) as object)).toEqual(["content-length", "host", "connection"]);
  });

  test("comes back byte for byte, with type, custom attributes and sessions, and nothing else", async () => {
    const bytes = Buffer.from([0, 255, 128, 10]);
    const address = await serve((_, response) => {
      response.writeHead(200, {
        "Content-Type": "application/x-npy",
        "X-Amzn-SageMaker-Custom-Attributes": "c=d",
        "X-Amzn-SageMaker-New-Session-Id": "s; Expires=2030-01-01T00:00:00Z",
        "X-Amzn-SageMaker-Closed-Session-Id": "t",
        Server: "gunicorn",
      });
      response.end(bytes);
    });
    const answer = await (await forwardTo(address)).invoke(requestOf());
    expect(answer).toEqual({
      status: 200,
      contentType: "application/x-npy",
      rows: 0,
      body: bytes,
      headers: {
        "X-Amzn-SageMaker-Custom-Attributes": "c=d",
        "X-Amzn-SageMaker-New-Session-Id": "s; Expires=2030-01-01T00:00:00Z",
        "X-Amzn-SageMaker-Closed-Session-Id": "t",
      },
    });
  });

  test.each([
    [200, ""],
    [204, ""],
    [201, "made"],
  ])("answered %d with %j is passed on as it is", async (status, body) => {
    const address = await serve((_, response) => response.writeHead(status).end(body));
    const answer = await ask(await forwardTo(address));
    expect([answer.status, answer.text, answer.headers["Content-Type"]]).toEqual([status, body, undefined]);
  });

  test.each([
    [400, "CLIENT_ERROR_FROM_MODEL", 'Received client error (400) from primary with message "no good". See '],
    [302, "CLIENT_ERROR_FROM_MODEL", 'Received client error (302) from primary with message "no good". See '],
    [424, "CLIENT_ERROR_FROM_MODEL", 'Received client error (424) from primary with message "no good". See '],
    [
      500,
      "INTERNAL_FAILURE_FROM_MODEL",
      'Received server error (500) from primary with message "no good". See ',
    ],
    [
      503,
      "INTERNAL_FAILURE_FROM_MODEL",
      'Received server error (503) from primary with message "no good". See ',
    ],
  ])("answered %d is a ModelError with that status", async (status, code, message) => {
    const address = await serve((_, response) => response.writeHead(status).end("no good"));
    const { status: outer, error } = await ask(await forwardTo(address));
    expect(outer).toBe(424);
    expect(error).toMatchObject({ ErrorCode: code, OriginalStatusCode: status, OriginalMessage: "no good" });
    expect(error["Message"]).toContain(message);
  });

  test("keeps its connection, and survives that the container closes it while it lies idle", async () => {
    const sockets = new Set<unknown>();
    const address = await serve((request, response) => {
      sockets.add(request.socket);
      response.end("1");
    });
    const container = await forwardTo(address);
    await ask(container);
    await ask(container);
    expect(sockets.size).toBe(1);
    for (const socket of sockets as Set<Socket>) {
      socket.resetAndDestroy();
    }
    expect((await ask(container)).text).toBe("1");
    expect(sockets.size).toBe(2);
  });

  test("a hundred at a time all get their own answer", async () => {
    const address = await serve(async (request, response) => {
      const body = await text(request);
      setTimeout(() => response.end(body), Math.random() * 10);
    });
    const container = await forwardTo(address);
    const bodies = Array.from({ length: 100 }, (_, index) => String(index));
    const answers = await Promise.all(bodies.map((body) => ask(container, { body })));
    expect(answers.map((answer) => answer.text)).toEqual(bodies);
  });
});

const NO_ANSWER =
  'Received server error (0) from model with message "Amazon SageMaker could not get a response from the my-endpoint endpoint.';

describe("a container that fails on the wire", () => {
  test("by a reset is a ModelError with status 0", async () => {
    const { status, error } = await ask(
      await forwardTo(await serveRaw((socket) => socket.resetAndDestroy())),
    );
    expect([status, error["OriginalStatusCode"]]).toEqual([424, 0]);
    expect(error["Message"]).toContain(NO_ANSWER);
  });

  test("by an end without a word, or by what is no HTTP, too", async () => {
    for (const act of [(socket: Socket) => socket.end(), (socket: Socket) => socket.end("hello\r\n\r\n")]) {
      const { error } = await ask(await forwardTo(await serveRaw(act)));
      expect(error).toMatchObject({ OriginalStatusCode: 0, ErrorCode: "INTERNAL_FAILURE_FROM_MODEL" });
    }
  });

  test("by being gone is a ModelError with status 0", async () => {
    const server = createServer((_, response) => response.end());
    const container = await forwardTo(await addressOf(server));
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
    const { status, error } = await ask(container);
    expect([status, error["OriginalStatusCode"]]).toEqual([424, 0]);
    expect(error["Message"]).toContain(NO_ANSWER);
  });

  test.each([
    ["length", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"],
    ["chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"],
  ])("in the middle of a body by %s is one whose body could not be loaded", async (_, bytes) => {
    const { status, error } = await ask(await forwardTo(await serveRaw((socket) => socket.end(bytes))));
    expect([status, error["OriginalStatusCode"], error["OriginalMessage"]]).toEqual([424, 200, ""]);
    expect(error["Message"]).toContain(
      "Received server error (200) from primary and could not load the entire response body. See ",
    );
  });

  test("by too long a body is one as well; one of exactly the limit passes", async () => {
    const address = await serve((_, response) => response.end("x".repeat(1001)));
    expect((await ask(await forwardTo(address, 1001))).status).toBe(200);
    const { error } = await ask(await forwardTo(address, 1000));
    expect(error["Message"]).toContain("could not load the entire response body");
  });

  test.each([
    ["no answer", () => {}],
    [
      "half an answer",
      (socket: Socket) => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"),
    ],
  ])("by %s in time is a time-out, and its connection is closed", async (_, act) => {
    let closed: Promise<unknown> | undefined;
    const address = await serveRaw((socket) => {
      closed = once(socket, "close");
      act(socket);
    });
    const { status, error } = await ask(await forwardTo(address), { timeoutMs: 100 });
    expect([status, error["OriginalStatusCode"]]).toEqual([424, 0]);
    expect(error["Message"]).toContain(
      "Your invocation timed out while waiting for a response from container primary.",
    );
    await closed;
  });
});

describe("a stream", () => {
  test("comes as the container sends it", async () => {
    let finish = (): void => {};
    const address = await serve((_, response) => {
      response.writeHead(200, { "Content-Type": "text/plain" });
      response.write("first");
      finish = () => response.end("second");
    });
    const answer = await (await forwardTo(address)).invoke({ ...requestOf(), wantsStream: true });
    const chunks: string[] = [];
    for await (const chunk of answer.stream!) {
      chunks.push(String(chunk));
      finish();
    }
    expect(chunks).toEqual(["first", "second"]);
    expect([answer.status, answer.contentType]).toEqual([200, "text/plain"]);
  });

  test("that begins with an error is read whole", async () => {
    const address = await serve((_, response) => response.writeHead(500).end("no"));
    const answer = await (await forwardTo(address)).invoke({ ...requestOf(), wantsStream: true });
    expect([answer.status, answer.body.toString(), answer.stream]).toEqual([500, "no", undefined]);
  });
});

describe("starting", () => {
  test("waits until a ping is answered with 200", async () => {
    let pings = 0;
    const address = await addressOf(
      createServer((_, response) => {
        pings++;
        response.writeHead(pings < 3 ? 503 : 200).end();
      }),
    );
    const container = await containerOf(
      { Environment: { SKEWLESS_STUB_CONTAINER: address } },
      { startTimeoutMs: 5000 },
    );
    containers.push(started(container));
    expect(pings).toBe(3);
  });

  test("fails with SageMaker's words when its time is out, and at once when it is given up", async () => {
    const address = await addressOf(createServer((_, response) => response.writeHead(500).end()));
    const definition = { Environment: { SKEWLESS_STUB_CONTAINER: address } };
    const reason = expect.stringContaining("did not pass the ping health check");
    expect(await containerOf(definition, { startTimeoutMs: 600 })).toEqual(reason);
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 50);
    const before = performance.now();
    expect(await containerOf(definition, { signal: abort.signal })).toEqual(reason);
    expect(performance.now() - before).toBeLessThan(2000);
  });

  test.each(["https://a:1", "ftp://a", "localhost:8080", "http://", "http://u:p@a", "http://a?b"])(
    "at %s is refused with the form of an address",
    async (address) => {
      expect(await containerOf({ Environment: { SKEWLESS_STUB_CONTAINER: address } })).toBe(
        `${address} is no address of a container: write http://host:port.`,
      );
    },
  );

  test("at an address with a path puts it before all others", async () => {
    const address = await addressOf(createServer((request, response) => response.end(request.url)));
    expect((await ask(await forwardTo(`${address}/base/`))).text).toBe("/base/invocations");
  });
});

const python = process.env["SKEWLESS_PYTHON"] ?? "";
const PYTHON_CONTAINER = `
import http.server

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/ping" else 404)
        self.end_headers()

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        total = "\\n".join(str(sum(map(float, row.split(",")))) for row in body.split("\\n"))
        self.send_response(200)
        self.send_header("Content-Type", "text/csv")
        self.end_headers()
        self.wfile.write(total.encode())

    def log_message(self, *arguments):
        pass

server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
`;

needs("a Python (SKEWLESS_PYTHON)", python !== "")(
  "a container of Python's own http.server, HTTP/1.0 without a length, is answered for",
  async () => {
    const server = spawn(python, ["-c", PYTHON_CONTAINER]);
    try {
      const [port] = (await once(server.stdout, "data")) as [Buffer];
      const container = await forwardTo(`http://127.0.0.1:${String(port).trim()}`);
      for (const [body, sums] of [
        ["1,2\n3,4.5", "3.0\n7.5"],
        ["1", "1.0"],
      ]) {
        expect((await ask(container, { body: body! })).text).toBe(sums);
      }
    } finally {
      server.kill();
    }
  },
);
