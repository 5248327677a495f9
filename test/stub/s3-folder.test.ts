import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createS3Folder, readFileUpTo, S3FolderError, type S3Folder } from "../../src/stub/s3-folder.ts";

let root: string;
let s3: S3Folder;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "s3-"));
  s3 = createS3Folder(join(root, "s3"));
});
afterAll(() => rm(root, { recursive: true }));

test.each([
  ["s3://bucket/key", "bucket/key"],
  ["s3://my.bucket-1/a/b c/ü.csv", "my.bucket-1/a/b c/ü.csv"],
  ["https://bucket.s3.eu-west-1.amazonaws.com/a/b%20c.csv", "bucket/a/b c.csv"],
  ["https://my.bucket.s3.amazonaws.com/a", "my.bucket/a"],
  ["https://s3.us-east-1.amazonaws.com/bucket/a/b", "bucket/a/b"],
  ["https://bucket.s3-us-west-2.amazonaws.com/a", "bucket/a"],
])("%s is %s in the folder", (uri, path) => {
  expect(s3.isAddress(uri)).toBe(true);
  expect(s3.pathOf(uri)).toBe(join(root, "s3", path));
});

test.each([
  "s3://bucket/../key",
  "s3://bucket/a/../../../etc/passwd",
  "s3://../key",
  "s3://./key",
  "s3:///key",
  "s3://bucket/a//b",
  "s3://bucket/",
  "s3://bucket",
  "s3://bucket/a\\..\\b",
  "s3://bucket/a\0",
  "https://bucket.s3.amazonaws.com/..%2F..%2Fetc%2Fpasswd",
  "https://example.com/bucket/key",
  "http://bucket.s3.amazonaws.com/a",
  "https://bucket.s3.evil.com/a",
  "/etc/passwd",
  "",
])("%j is no address that the folder holds", (uri) => {
  expect(() => s3.pathOf(uri)).toThrow(S3FolderError);
});

describe("an object", () => {
  test("is written whole, over the one before, and leaves nothing else", async () => {
    await s3.write("s3://bucket/x/y.out", "first");
    await s3.write("s3://bucket/x/y.out", Buffer.from([0, 255]));
    expect(await s3.read("s3://bucket/x/y.out", 2)).toEqual(Buffer.from([0, 255]));
    expect(await readdir(join(root, "s3/bucket/x"))).toEqual(["y.out"]);
  });

  test("that is not there, is a folder, or is one byte too long, cannot be read", async () => {
    await s3.write("s3://bucket/z", "123");
    await expect(s3.read("s3://bucket/none", 9)).rejects.toThrow(
      "s3://bucket/none cannot be read: there is none.",
    );
    await expect(s3.read("s3://bucket/x", 9)).rejects.toThrow(S3FolderError);
    await expect(s3.read("s3://bucket/z", 2)).rejects.toThrow("s3://bucket/z is larger than 2 bytes.");
  });

  test("behind a link that leads out of the folder is neither read nor written", async () => {
    await mkdir(join(root, "outside"));
    await writeFile(join(root, "outside/secret"), "secret");
    await mkdir(join(root, "s3/linked"), { recursive: true });
    await symlink(join(root, "outside"), join(root, "s3/linked/out"));
    await symlink(root, join(root, "s3/linked/up"));
    for (const uri of ["s3://linked/out/secret", "s3://linked/up/outside/secret"]) {
      await expect(s3.read(uri, 100)).rejects.toThrow(/leads out of the folder/);
      await expect(s3.write(uri, "x")).rejects.toThrow(/leads out of the folder/);
    }
    await expect(s3.write("s3://linked/out/new/file", "x")).rejects.toThrow(/leads out of the folder/);
    expect(await readFile(join(root, "outside/secret"), "utf8")).toBe("secret");
    expect(await readdir(join(root, "outside"))).toEqual(["secret"]);
  });

  test("that is a pipe is refused, and waited for by nobody", async () => {
    const pipe = join(root, "pipe");
    if (spawnSync("mkfifo", [pipe]).status === 0) {
      await expect(readFileUpTo(pipe, pipe, 10)).rejects.toThrow(/it is no file/);
    }
  });
});
