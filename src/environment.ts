/**
 * The environment of this process: nothing else reads `process.env`. Apart from `config.ts`, so that a command that has no
 * settings does not load what checks them.
 */
export const environment: Readonly<Record<string, string | undefined>> = process.env;
