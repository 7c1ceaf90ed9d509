import { z } from 'zod';
import { type FileKind, fileKinds, fileSchemas } from '../domain/file-schemas.ts';
import { fileGlobs } from './file-kinds.ts';

/** The parts of JSON Schema that ours are made of. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: boolean | JsonSchema;
  readonly propertyNames?: JsonSchema;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
}

/** What a person may write in a file of this kind, as JSON Schema (draft 7, which editors know best). */
export function jsonSchemaOf(kind: FileKind): JsonSchema {
  // Of what cannot be said in JSON Schema the own diagnostics tell.
  const schema: unknown = z.toJSONSchema(fileSchemas[kind], { io: 'input', target: 'draft-7', unrepresentable: 'any' });
  return schema as JsonSchema;
}

const fileOf = (kind: FileKind) => `media/schemas/${kind}.json`;

/** The files of the generated schemas, with their text. `npm run manifest` writes them. */
export function schemaFiles(): readonly { readonly file: string; readonly text: string }[] {
  return fileKinds.map((kind) => ({ file: fileOf(kind), text: `${JSON.stringify(jsonSchemaOf(kind), null, 2)}\n` }));
}

/** For VS Code itself, which knows JSON, and for an extension that knows YAML, where there is one. */
export function contributedValidation() {
  const entries = fileKinds.flatMap((kind) =>
    fileGlobs[kind].map((fileMatch) => ({ fileMatch, url: `./${fileOf(kind)}` })),
  );
  return {
    jsonValidation: entries.filter(({ fileMatch }) => fileMatch.endsWith('.json')),
    yamlValidation: entries.filter(({ fileMatch }) => !fileMatch.endsWith('.json')),
  };
}
