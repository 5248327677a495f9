/** Messages of the event stream, byte for byte. */
import { crc32 } from "node:zlib";
import { describe, expect, test } from "vitest";
import { encodeMessage, failureMessage, payloadPart } from "../../../src/stub/stream/event-stream.ts";

const string = (name: string, value: string): string =>
  [
    name.length.toString(16).padStart(2, "0"),
    Buffer.from(name).toString("hex"),
    "07",
    Buffer.byteLength(value).toString(16).padStart(4, "0"),
    Buffer.from(value).toString("hex"),
  ].join("");

describe("a message", () => {
  test("without headers and payload has 16 bytes: its length, no headers, and two checksums", () => {
    // The empty message of AWS's event-stream test vectors.
    expect(encodeMessage({}, Buffer.alloc(0)).toString("hex")).toBe("000000100000000005c248eb7d98c8ff");
  });

  test("with a payload alone has its bytes before the last checksum", () => {
    // "payload_no_headers" of the same vectors.
    expect(encodeMessage({}, Buffer.from("{'foo':'bar'}")).toString("hex")).toBe(
      "0000001d00000000fd528c5a7b27666f6f273a27626172277dc3653936",
    );
  });

  test("has each header as length, name, type 7, length, value", () => {
    const headers = { ":event-type": "PayloadPart", é: "ü" };
    const message = encodeMessage(headers, Buffer.from("x"));
    const block = string(":event-type", "PayloadPart") + "02c3a9070002c3bc";
    expect(message.readUInt32BE(0)).toBe(message.length);
    expect(message.readUInt32BE(4)).toBe(block.length / 2);
    expect(message.readUInt32BE(8)).toBe(crc32(message.subarray(0, 8)));
    expect(message.subarray(12, 12 + block.length / 2).toString("hex")).toBe(block);
    expect(message.subarray(12 + block.length / 2, -4).toString()).toBe("x");
    expect(message.readUInt32BE(message.length - 4)).toBe(crc32(message.subarray(0, -4)));
  });
});

/** Headers by name, and the payload, of a message. */
function decode(message: Buffer): { headers: Record<string, string>; payload: string } {
  const end = 12 + message.readUInt32BE(4);
  const headers: Record<string, string> = {};
  for (let at = 12; at < end;) {
    const nameEnd = at + 1 + message[at]!;
    const valueEnd = nameEnd + 3 + message.readUInt16BE(nameEnd + 1);
    headers[message.toString("utf8", at + 1, nameEnd)] = message.toString("utf8", nameEnd + 3, valueEnd);
    at = valueEnd;
  }
  return { headers, payload: message.toString("utf8", end, message.length - 4) };
}

test("a part is an event whose payload is the very bytes", () => {
  expect(decode(payloadPart(Buffer.from("6.34")))).toEqual({
    headers: {
      ":event-type": "PayloadPart",
      ":content-type": "application/octet-stream",
      ":message-type": "event",
    },
    payload: "6.34",
  });
});

describe("a failure", () => {
  test("that the API has is an exception with a JSON payload", () => {
    expect(
      decode(failureMessage({ type: "ModelStreamError", code: "StreamBroken", message: "gone" })),
    ).toEqual({
      headers: {
        ":exception-type": "ModelStreamError",
        ":content-type": "application/json",
        ":message-type": "exception",
      },
      payload: '{"ErrorCode":"StreamBroken","Message":"gone"}',
    });
    expect(decode(failureMessage({ type: "InternalStreamFailure", message: "oops" })).payload).toBe(
      '{"Message":"oops"}',
    );
  });

  test("of any other name is an error without a payload", () => {
    expect(decode(failureMessage({ type: "Odd", message: "oops" }))).toEqual({
      headers: { ":message-type": "error", ":error-code": "Odd", ":error-message": "oops" },
      payload: "",
    });
  });
});
