/** A container as CreateModel describes it. */

/** A ContainerDefinition of the API, as far as the stub reads it; the rest is kept and shown. */
export interface ContainerDefinition {
  readonly ContainerHostname?: string;
  readonly Image?: string;
  readonly Mode?: "SingleModel" | "MultiModel";
  readonly ModelDataUrl?: string;
  readonly ModelDataSource?: { readonly S3DataSource?: { readonly S3Uri: string } };
  readonly Environment?: Readonly<Record<string, string>>;
}
