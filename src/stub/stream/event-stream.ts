/**
 * Messages of `application/vnd.amazon.eventstream`, the framing of streamed answers: lengths and CRCs around headers
 * and a payload. Byte for byte as section 2.1 of our facts has it, which was seen with boto3 and the JS SDK.
 */
import { crc32 } from "node:zlib";

/** The Content-Type of a streamed answer. */
export const EVENT_STREAM = "application/vnd.amazon.eventstream";

/** The type of a header's value that is text. */
const STRING = 7;
/** Total length, length of the headers, and the CRC of both. */
const PRELUDE_BYTES = 12;
const CRC_BYTES = 4;

function encodeHeaders(headers: Readonly<Record<string, string>>): Buffer {
  return Buffer.concat(
    Object.entries(headers).flatMap(([name, value]) => {
      const [nameBytes, valueBytes] = [Buffer.from(name), Buffer.from(value)];
      const length = Buffer.alloc(2);
      length.writeUInt16BE(valueBytes.length);
      return [Buffer.of(nameBytes.length), nameBytes, Buffer.of(STRING), length, valueBytes];
    }),
  );
}

function frame(headers: Buffer, payload: Buffer): Buffer {
  const message = Buffer.allocUnsafe(PRELUDE_BYTES + headers.length + payload.length + CRC_BYTES);
  message.writeUInt32BE(message.length, 0);
  message.writeUInt32BE(headers.length, 4);
  message.writeUInt32BE(crc32(message.subarray(0, 8)), 8);
  headers.copy(message, PRELUDE_BYTES);
  payload.copy(message, PRELUDE_BYTES + headers.length);
  const end = message.length - CRC_BYTES;
  message.writeUInt32BE(crc32(message.subarray(0, end)), end);
  return message;
}

/**
 * One message.
 *
 * @param headers - text by name: names of at most 255 bytes, values of at most 65,535.
 */
export function encodeMessage(headers: Readonly<Record<string, string>>, payload: Buffer): Buffer {
  return frame(encodeHeaders(headers), payload);
}

const PART_HEADERS = encodeHeaders({
  ":event-type": "PayloadPart",
  ":content-type": "application/octet-stream",
  ":message-type": "event",
});

/** The message of a part of the answer. */
export function payloadPart(bytes: Buffer): Buffer {
  return frame(PART_HEADERS, bytes);
}

/** A failure in the middle of a stream: `type` is one of the model's, or any other name. */
export interface StreamFailure {
  readonly type: string;
  readonly message: string;
  /** Of a ModelStreamError. */
  readonly code?: "ModelInvocationTimeExceeded" | "StreamBroken" | undefined;
}

const MODELLED: ReadonlySet<string> = new Set(["ModelStreamError", "InternalStreamFailure"]);

/** The message of a failure, the last of a stream: an exception where the API has its name, else a bare error. */
export function failureMessage({ type, message, code }: StreamFailure): Buffer {
  if (!MODELLED.has(type)) {
    return encodeMessage(
      { ":message-type": "error", ":error-code": type, ":error-message": message },
      Buffer.alloc(0),
    );
  }
  const members = code === undefined ? { Message: message } : { ErrorCode: code, Message: message };
  return encodeMessage(
    {
      ":exception-type": type,
      ":content-type": "application/json",
      ":message-type": "exception",
    },
    Buffer.from(JSON.stringify(members)),
  );
}
