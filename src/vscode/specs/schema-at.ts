import { localize } from '../../contract/words.ts';
import type { JsonSchema } from '../../manifest/json-schemas.ts';

/** The schemas that hold at a path (`null` for any element of a list), every branch of a union that leads there. */
export function schemasAt(root: JsonSchema, path: readonly (string | null)[]): readonly JsonSchema[] {
  return path.reduce<readonly JsonSchema[]>(
    (schemas, step) => schemas.flatMap((schema) => (step === null ? elementOf(schema) : memberOf(schema, step))),
    branches(root),
  );
}

function branches(schema: JsonSchema): readonly JsonSchema[] {
  return schema.anyOf ? schema.anyOf.flatMap(branches) : [schema];
}

function elementOf({ items }: JsonSchema): readonly JsonSchema[] {
  return items ? describedBranches(items) : [];
}

function memberOf({ properties, additionalProperties }: JsonSchema, key: string): readonly JsonSchema[] {
  const member = properties && Object.hasOwn(properties, key) ? properties[key] : undefined;
  if (member) return describedBranches(member);
  return typeof additionalProperties === 'object' ? branches(additionalProperties) : [];
}

/** What is said of a union is said of each of its branches. */
function describedBranches(schema: JsonSchema): readonly JsonSchema[] {
  const { description } = schema;
  const found = branches(schema);
  return description === undefined ? found : found.map((branch) => ({ description, ...branch }));
}

/** Keys that may stand at these schemas, each with what is known of it. */
export function keysOf(schemas: readonly JsonSchema[]): ReadonlyMap<string, JsonSchema> {
  const keys = new Map<string, JsonSchema>();
  for (const { properties, propertyNames } of schemas) {
    for (const [key, schema] of Object.entries(properties ?? {})) if (!keys.has(key)) keys.set(key, schema);
    for (const name of propertyNames?.enum ?? []) if (!keys.has(String(name))) keys.set(String(name), {});
  }
  return keys;
}

/** Values that may stand at these schemas, where they can be listed. */
export function valuesOf(schemas: readonly JsonSchema[]): readonly string[] {
  const values = schemas.flatMap(({ type, enum: named, const: only }) => {
    if (only !== undefined) return [only];
    return named ?? (type === 'boolean' ? [true, false] : []);
  });
  return [...new Set(values.map(String))];
}

/** One line: what it is and what it is without being said. */
export function shapeOf(schema: JsonSchema): string {
  const [first] = branches(schema);
  const values = valuesOf(branches(schema));
  const type = first?.type === undefined ? '' : [first.type].flat().join(' or ');
  const shape = values.length > 0 ? values.join(' | ') : type;
  const usual = schema.default;
  if (usual === undefined || (typeof usual === 'object' && usual !== null)) return shape;
  return localize('{0}, {1} unless said', shape, String(usual));
}

/** What a key is followed by when it is chosen. */
export function beginningOf(schema: JsonSchema): 'mapping' | 'list' | 'value' {
  const [first] = branches(schema);
  if (first?.type === 'object') return 'mapping';
  return first?.type === 'array' ? 'list' : 'value';
}
