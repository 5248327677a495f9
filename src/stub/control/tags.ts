/** AddTags, ListTags, DeleteTags. */
import { validationException } from "./control-errors.ts";
import type { Control } from "./control.ts";
import type { Json, Named, Tag } from "./records.ts";
import type { Registry } from "./registry.ts";

interface TagsInput {
  readonly ResourceArn: string;
}

/** SageMaker's. */
const MOST_TAGS = 50;

/** A record that has tags, and how to replace them. */
interface Tagged {
  readonly tags: readonly Tag[];
  readonly retag: (tags: readonly Tag[]) => void;
}

function taggedIn<R extends Named>(registry: Registry<R>, name: string, arn: string): Tagged {
  const record = registry.get(name);
  if (record.arn !== arn) {
    throw registry.notFound(name);
  }
  return { tags: record.tags, retag: (tags) => void registry.put({ ...record, tags }) };
}

/** @throws {ControlError} where no resource has the ARN. */
function taggedOf(control: Control, arn: string): Tagged {
  const [, kind, name] = /^[^/]*:([a-z-]+)\/([^/]+)$/.exec(arn) ?? [];
  switch (kind) {
    case "model":
      return taggedIn(control.models, name!, arn);
    case "endpoint-config":
      return taggedIn(control.endpointConfigs, name!, arn);
    case "endpoint":
      return taggedIn(control.endpoints, name!, arn);
    case "inference-component":
      return taggedIn(control.components, name!, arn);
    default:
      throw validationException(`The stub endpoint has no resource "${arn}".`);
  }
}

export function addTags(
  control: Control,
  { ResourceArn, Tags }: TagsInput & { readonly Tags: readonly Tag[] },
): Json {
  const { tags: present, retag } = taggedOf(control, ResourceArn);
  const tags = [...new Map([...present, ...Tags].map((tag) => [tag.Key, tag])).values()];
  if (tags.length > MOST_TAGS) {
    throw validationException(`The resource "${ResourceArn}" would have more than ${MOST_TAGS} tags.`);
  }
  retag(tags);
  return { Tags: tags };
}

/** They all fit on one page. */
export function listTags(control: Control, { ResourceArn }: TagsInput): Json {
  return { Tags: taggedOf(control, ResourceArn).tags };
}

export function deleteTags(
  control: Control,
  { ResourceArn, TagKeys }: TagsInput & { readonly TagKeys: readonly string[] },
): Json {
  const { tags, retag } = taggedOf(control, ResourceArn);
  retag(tags.filter(({ Key }) => !TagKeys.includes(Key)));
  return {};
}
