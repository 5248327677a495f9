/** Why a caller is not let in, as AWS words it: all of them 403. */
import type { PlatformError } from "../platform-errors.ts";

const forbidden = (type: string, message: string): PlatformError => ({
  status: 403,
  type,
  members: { message },
});

/** What the request lacks, or has wrongly, of the parts of a signature. */
export const incompleteSignature = (message: string): PlatformError =>
  forbidden("IncompleteSignature", message);

/** An access key that nobody has, or one with another session token than its own. */
export const unrecognizedClient = forbidden(
  "UnrecognizedClientException",
  "The security token included in the request is invalid.",
);

/** Temporary credentials after their time. */
export const expiredToken = forbidden(
  "ExpiredTokenException",
  "The security token included in the request is expired",
);

/** A signature for another time, place or service. */
export const invalidSignature = (message: string): PlatformError =>
  forbidden("InvalidSignatureException", message);

/** A signature that is another; the texts that should have been signed help to find out why. */
export const signatureMismatch = (canonicalRequest: string, stringToSign: string): PlatformError =>
  invalidSignature(
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access " +
      "Key and signing method. Consult the service documentation for details.\n\n" +
      `The Canonical String for this request should have been\n'${canonicalRequest}'\n\n` +
      `The String-to-Sign should have been\n'${stringToSign}'\n`,
  );
