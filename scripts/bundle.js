// Puts what `skewless COMMAND` starts into a few files. See docs/decisions/0012-the-command-line-is-bundled.md.
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = join(root, "dist");

/** The packages that are taken in; all others are loaded from node_modules, by the commands that need them. */
const INLINED = ["@sinclair/typebox", "yaml"];

/**
 * Our own files that stay as they are: errors are told by their class, of which there must be one; and what starts the service
 * runs file by file, as dist/main.js does.
 */
const KEPT = /^(errors|service|commands\/(input-error|openapi|serve|stub))\.js$/;

/** The bundle's entries, by the files they are written to. */
const ENTRIES = { cli: "cli.js", "bundled/encode-worker": "commands/encode-worker.js" };

/** Bundles the command line in `dist`, where tsc has left it file by file. */
export async function bundle() {
  rmSync(join(dist, "bundled"), { recursive: true, force: true });
  const input = Object.fromEntries(Object.entries(ENTRIES).map(([name, file]) => [name, join(dist, file)]));
  const build = await rolldown({
    input,
    platform: "node",
    external: (id, _importer, isResolved) => {
      if (id.startsWith(dist)) return KEPT.test(id.slice(dist.length + 1).replaceAll("\\", "/"));
      return !isResolved && !/^[./]/.test(id) && !INLINED.some((name) => `${id}/`.startsWith(`${name}/`));
    },
  });
  const names = { entryFileNames: "[name].js", chunkFileNames: "bundled/[name]-[hash].js" };
  await build.write({ dir: dist, format: "esm", ...names });
  await build.close();
  // It is of the file that was there before.
  rmSync(join(dist, "cli.js.map"), { force: true });
  writeFileSync(join(dist, "bundled/LICENSES.txt"), INLINED.map(licenceOf).join("\n\n"));
}

/** Name, version and licence of a package, for those who pass the bundle on. */
function licenceOf(name) {
  const folder = join(root, "node_modules", name);
  const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
}
