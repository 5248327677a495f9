import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CredentialsError, parseCredentials, readCredentials } from "../../../src/stub/auth/credentials.ts";

let folder: string;
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), "credentials-"))));
afterAll(() => rm(folder, { recursive: true }));

describe("AWS's shared credentials file", () => {
  test("gives the keys of every profile that has some", () => {
    const text = [
      "# mine",
      "[default]",
      "aws_access_key_id = AKID1",
      "aws_secret_access_key=with = signs / and +",
      "",
      "[ role ]\r",
      "role_arn = arn:aws:iam::123456789012:role/x",
      "[temporary]",
      "AWS_ACCESS_KEY_ID = ASIA2",
      "aws_secret_access_key = two",
      "aws_session_token = tok//en==",
      "expiration = 2026-01-02T03:04:05Z",
    ].join("\n");
    expect(parseCredentials(text)).toEqual([
      {
        accessKeyId: "AKID1",
        secretAccessKey: "with = signs / and +",
        sessionToken: undefined,
        expiration: undefined,
      },
      {
        accessKeyId: "ASIA2",
        secretAccessKey: "two",
        sessionToken: "tok//en==",
        expiration: new Date("2026-01-02T03:04:05Z"),
      },
    ]);
  });
});

describe("JSON", () => {
  const printed = {
    AccessKeyId: "ASIA",
    SecretAccessKey: "s",
    SessionToken: "t",
    Expiration: "2026-01-02T03:04:05Z",
  };
  const read = {
    accessKeyId: "ASIA",
    secretAccessKey: "s",
    sessionToken: "t",
    expiration: new Date("2026-01-02T03:04:05Z"),
  };

  test("is taken as a credential_process prints it, as aws sts prints it, and as a list", () => {
    expect(parseCredentials(JSON.stringify({ Version: 1, ...printed }))).toEqual([read]);
    expect(parseCredentials(JSON.stringify({ Credentials: printed, AssumedRoleUser: {} }))).toEqual([read]);
    expect(
      parseCredentials(JSON.stringify([printed, { AccessKeyId: "B", SecretAccessKey: "b" }])),
    ).toHaveLength(2);
  });
});

test.each<[text: string, message: RegExp]>([
  ["", /there are no credentials in it/],
  ["[]", /there are no credentials in it/],
  ["[default]\nregion = us-east-1", /there are no credentials in it/],
  ["[default]\naws_access_key_id = A", /profile default has no aws_secret_access_key/],
  ['{"SecretAccessKey": "x"}', /entry 1 has no aws_access_key_id \(in JSON AccessKeyId\)/],
  ['{"AccessKeyId": "A", "SecretAccessKey": "x", "Expiration": "soon"}', /no date: write it like 2026-/],
  ['[{"AccessKeyId": "A", "SecretAccessKey": "x"}, null]', /entry 2 is no object/],
  ['{"AccessKeyId": hunter2', /^it begins like JSON, but is none\.$/],
  ["aws_access_key_id = A", /line 1 is neither \[profile\] nor key = value below one/],
  ["[a]\nhunter2", /^line 2 is neither/],
  [
    "[a]\naws_access_key_id=A\naws_secret_access_key=x\n[b]\naws_access_key_id=A\naws_secret_access_key=y",
    /the access key A is there twice/,
  ],
])("%j is refused, and no secret told", (text, message) => {
  const read = () => parseCredentials(text);
  expect(read).toThrow(CredentialsError);
  expect(read).toThrow(message);
  expect(read).not.toThrow(/hunter2/);
});

describe("the option", () => {
  test("is KEY:SECRET, whatever the secret holds", async () => {
    expect(await readCredentials("AKID:a:b/c+d=")).toEqual([
      { accessKeyId: "AKID", secretAccessKey: "a:b/c+d=" },
    ]);
  });

  test("is a file otherwise, which its mistakes name", async () => {
    const file = join(folder, "credentials");
    await writeFile(file, "[default]\naws_access_key_id=A\naws_secret_access_key=x\n");
    expect(await readCredentials(file)).toMatchObject([{ accessKeyId: "A", secretAccessKey: "x" }]);
    await writeFile(file, "[default]\naws_access_key_id=A\n");
    await expect(readCredentials(file)).rejects.toThrow(
      `${file}: profile default has no aws_secret_access_key`,
    );
    await expect(readCredentials(join(folder, "none"))).rejects.toThrow(/none: ENOENT/);
  });
});
