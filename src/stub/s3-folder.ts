/** A folder that plays S3: `s3://bucket/key` is its file `bucket/key`. Nothing outside it is ever read or written. */
import { randomUUID } from "node:crypto";
import { constants, mkdir, open, realpath, rename, rm } from "node:fs/promises";
import { dirname, join, sep } from "node:path";

/** An address that the folder does not hold, or must not. The text says why. */
export class S3FolderError extends Error {
  override readonly name = "S3FolderError";
}

/** The folder, as the rest of the stub uses it. */
export interface S3Folder {
  /** Whether an address is one of S3: `s3://…`, or `https://` with one of S3's hosts. */
  readonly isAddress: (uri: string) => boolean;
  /**
   * The path that an address stands for, whether or not there is a file.
   *
   * @throws {S3FolderError} for an address that leads out of the folder, or is none.
   */
  readonly pathOf: (uri: string) => string;
  /**
   * Reads an object.
   *
   * @throws {S3FolderError} when there is none, or it is longer than `maxBytes`.
   */
  readonly read: (uri: string, maxBytes: number) => Promise<Buffer>;
  /**
   * Writes an object, whole or not at all: readers never see half of it.
   *
   * @throws {S3FolderError} for an address that leads out of the folder.
   */
  readonly write: (uri: string, body: string | Buffer) => Promise<void>;
}

const BUCKET = /^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$/;

/** Bucket and key of an address: `s3://bucket/key`, virtual-hosted, or with the bucket in the path. */
function parseAddress(uri: string): { readonly bucket: string; readonly key: string } | undefined {
  const direct = /^s3:\/\/([^/]+)\/?(.*)$/s.exec(uri);
  if (direct !== null) {
    return { bucket: direct[1]!, key: direct[2]! };
  }
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  const host = /^(?:(.+)\.)?s3[.-](?:[a-z0-9-]+\.)*amazonaws\.com(?:\.cn)?$/.exec(url?.hostname ?? "");
  if (url?.protocol !== "https:" || host === null) {
    return undefined;
  }
  const path = unescapePath(url.pathname.slice(1));
  const slash = path.indexOf("/");
  return host[1] === undefined
    ? { bucket: slash < 0 ? path : path.slice(0, slash), key: slash < 0 ? "" : path.slice(slash + 1) }
    : { bucket: host[1], key: path };
}

function unescapePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Keys that a file system would read otherwise than S3 does: they have no file. */
function isPlain(segment: string): boolean {
  return (
    segment !== "" && segment !== "." && segment !== ".." && !/[\0\\]/.test(segment) && segment.length <= 255
  );
}

/** The real path of what there is of a path already. */
async function realAncestor(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    const parent = dirname(path);
    if ((error as NodeJS.ErrnoException).code === "ENOENT" && parent !== path) {
      return realAncestor(parent);
    }
    throw error;
  }
}

/** Refuses a path that a link leads out of the folder. */
async function assertInside(root: string, path: string, uri: string): Promise<void> {
  const [realRoot, real] = [await realAncestor(root), await realAncestor(path)];
  if (real !== realRoot && !real.startsWith(realRoot + sep)) {
    throw new S3FolderError(`${uri} leads out of the folder that plays S3.`);
  }
}

/** @param root - the folder; it is made when something is first written. */
export function createS3Folder(root: string): S3Folder {
  const pathOf = (uri: string): string => {
    const address = parseAddress(uri);
    if (address === undefined) {
      throw new S3FolderError(`${uri} is no address of S3: write s3://bucket/key.`);
    }
    const segments = address.key.split("/");
    if (!BUCKET.test(address.bucket) || !segments.every(isPlain)) {
      throw new S3FolderError(`${uri} is no address that a folder can hold.`);
    }
    return join(root, address.bucket, ...segments);
  };
  return Object.freeze({
    isAddress: (uri) => parseAddress(uri) !== undefined,
    pathOf,
    read: async (uri, maxBytes) => {
      const path = pathOf(uri);
      await assertInside(root, path, uri);
      return readFileUpTo(path, uri, maxBytes);
    },
    write: async (uri, body) => {
      const path = pathOf(uri);
      await assertInside(root, path, uri);
      await mkdir(dirname(path), { recursive: true });
      const temporary = join(dirname(path), `.${randomUUID()}.tmp`);
      try {
        const file = await open(temporary, "wx");
        try {
          await file.writeFile(body);
        } finally {
          await file.close();
        }
        await rename(temporary, path);
      } catch (error) {
        await rm(temporary, { force: true });
        throw error;
      }
    },
  } satisfies S3Folder);
}

/**
 * Reads a file that is not too long.
 *
 * @param uri - what it is called in the error.
 * @throws {S3FolderError} when there is no such file, or it is longer than `maxBytes`.
 */
export async function readFileUpTo(path: string, uri: string, maxBytes: number): Promise<Buffer> {
  // A pipe would wait for a writer.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(
    (error: NodeJS.ErrnoException) => {
      throw new S3FolderError(
        `${uri} cannot be read: ${error.code === "ENOENT" ? "there is none" : error.code}.`,
      );
    },
  );
  try {
    const about = await file.stat();
    if (!about.isFile()) {
      throw new S3FolderError(`${uri} cannot be read: it is no file.`);
    }
    if (about.size > maxBytes) {
      throw new S3FolderError(`${uri} is larger than ${maxBytes} bytes.`);
    }
    return await file.readFile();
  } finally {
    await file.close();
  }
}
