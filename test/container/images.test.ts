import { GenericContainer, type StartedTestContainer, Wait } from "testcontainers";
import { expect } from "vitest";
import { needs } from "../needs.ts";
import { ENGINE, docker, tryDocker } from "./engine.ts";

const test = needs(...ENGINE);
const MOST_ABOVE_BASE_BYTES = 80e6;
/** An endpoint that nobody answers at: the service starts, and is never ready. */
const UNREACHABLE = {
  AWS_REGION: "us-east-1",
  AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: "http://127.0.0.1:9",
  AWS_ACCESS_KEY_ID: "any",
  AWS_SECRET_ACCESS_KEY: "any",
};

function start(image: GenericContainer): Promise<StartedTestContainer> {
  return image.withWaitStrategy(Wait.forHealthCheck()).withStartupTimeout(45_000).start();
}

async function inspect<T>(image: string, path: string): Promise<T> {
  return JSON.parse(await docker("image", "inspect", "--format", `{{json ${path}}}`, image)) as T;
}

test("the images are at most 80 MB above their base", async () => {
  const base = `skewless-base-${process.pid}`;
  await docker("build", "--quiet", "--target", "base", "--tag", base, ".");
  try {
    const bytes = await inspect<number>(base, ".Size");
    for (const image of ["skewless", "skewless-stub"]) {
      const above = (await inspect<number>(image, ".Size")) - bytes;
      console.log(
        `${image}: ${(above / 1e6).toFixed(1)} MB above its base of ${(bytes / 1e6).toFixed(1)} MB`,
      );
      expect(above).toBeGreaterThan(0);
      expect(above).toBeLessThanOrEqual(MOST_ABOVE_BASE_BYTES);
    }
  } finally {
    await docker("image", "rm", base);
  }
});

test("the images say what they are, and run as a user that is not root", async () => {
  const titles = { skewless: "skewless", "skewless-stub": "skewless-stub" };
  for (const [image, title] of Object.entries(titles)) {
    const { Labels, User } = await inspect<{ Labels: Record<string, string>; User: string }>(
      image,
      ".Config",
    );
    expect(Labels).toMatchObject({
      "org.opencontainers.image.title": title,
      "org.opencontainers.image.licenses": "Apache-2.0",
    });
    expect(User).toBe("node");
  }
});

test("the service's image holds its model files but no trained model, no sources and no development tools", async () => {
  const listing = await docker(
    "run",
    "--rm",
    "skewless",
    "find",
    ".",
    "-path",
    "./node_modules",
    "-prune",
    "-o",
    "-print",
  );
  const files = listing.split("\n");
  expect(files).toContain("./models/bike-rental.yaml");
  expect(files).toContain("./models/bike-rental.golden.jsonl");
  expect(files).toContain("./dist/main.js");
  expect(files).toContain("./models/examples/customer-churn.yaml");
  expect(files).toContain("./models/examples/customer-churn.fitted.json");
  expect(files).toContain("./models/examples/customer-churn.golden.jsonl");
  expect(files).not.toContain("./models/bike-rental");
  expect(files).not.toContain("./models/examples/customer-churn");
  expect(files).not.toContain("./src");
  const tools = await tryDocker(
    "run",
    "--rm",
    "skewless",
    "ls",
    "node_modules/typescript",
    "node_modules/vitest",
  );
  expect(tools.code).not.toBe(0);
  expect(tools.stdout).toBe("");
});

test("without a region the service stops at once with exit code 1 and says what to set", async () => {
  const { code, stdout, stderr } = await tryDocker("run", "--rm", "skewless");
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toContain("No SageMaker endpoint to call");
  expect(stderr).toContain("AWS_REGION");
  expect(stderr).not.toContain("    at ");
});

test("a wrong setting stops the service with exit code 1 and its name", async () => {
  const { code, stderr } = await tryDocker("run", "--rm", "--env", "PORT=80a", "skewless");
  expect(code).toBe(1);
  expect(stderr).toContain("PORT=80a");
});

test("the images' own health checks turn healthy, the service's even while its endpoint is away", async () => {
  const containers = await Promise.allSettled([
    start(new GenericContainer("skewless").withEnvironment(UNREACHABLE).withExposedPorts(8080)),
    start(new GenericContainer("skewless").withEnvironment({ ...UNREACHABLE, PORT: "8081" })),
    start(new GenericContainer("skewless-stub")),
  ]);
  try {
    expect(containers.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "fulfilled"]);
    const { value: service } = containers[0] as PromiseFulfilledResult<StartedTestContainer>;
    const ready = await fetch(`http://${service.getHost()}:${service.getMappedPort(8080)}/readyz`);
    expect(ready.status).toBe(503);
  } finally {
    await Promise.all(containers.map((each) => each.status === "fulfilled" && each.value.stop()));
  }
});

test("the service's health check fails where nothing listens", async () => {
  const check = ["run", "--rm", "skewless", "node", "docker/healthcheck.js", "/livez"];
  const { code, stdout } = await tryDocker(...check);
  expect(code).toBe(1);
  expect(stdout).toContain("ECONNREFUSED");
});

test("the command line is in the service's image as well", async () => {
  const { code, stdout } = await tryDocker("run", "--rm", "skewless", "node", "dist/cli.js", "--help");
  expect(code).toBe(0);
  expect(stdout).toContain("serve");
});
