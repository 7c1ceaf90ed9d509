import {
  type CancellationToken,
  CompletionItem,
  CompletionItemKind,
  Disposable,
  Hover,
  languages,
  MarkdownString,
  type Position,
  Range,
  SnippetString,
  type TextDocument,
} from 'vscode';
import type { FileKind } from '../../domain/file-schemas.ts';
import { fileGlobs, fileKindOf } from '../../manifest/file-kinds.ts';
import type { JsonSchema } from '../../manifest/json-schemas.ts';
import { placeInYaml } from './place-in-yaml.ts';
import { beginningOf, keysOf, schemasAt, shapeOf, valuesOf } from './schema-at.ts';

/** In JSON files VS Code's own JSON support does all this, from the contributed schema. */
const yamlFiles = Object.values(fileGlobs)
  .flat()
  .filter((pattern) => !pattern.endsWith('.json'))
  .map((pattern) => ({ scheme: 'file', pattern }));

/** Completion and hover in the YAML files of `.countersign/`, from the schemas they are read with. */
export function registerSpecLanguage(): Disposable {
  return Disposable.from(
    languages.registerCompletionItemProvider(yamlFiles, { provideCompletionItems: complete }, ' ', '-'),
    languages.registerHoverProvider(yamlFiles, { provideHover: explain }),
  );
}

const known = new Map<FileKind, JsonSchema>();

async function schemaFor({ uri }: TextDocument): Promise<JsonSchema | null> {
  const kind = fileKindOf(uri.path);
  if (kind === null) return null;
  const { jsonSchemaOf } = await import('../../manifest/json-schemas.ts');
  const schema = known.get(kind) ?? jsonSchemaOf(kind);
  known.set(kind, schema);
  return schema;
}

const linesOf = (document: TextDocument) => document.getText().split(/\r?\n/);

async function complete(
  document: TextDocument,
  position: Position,
  token: CancellationToken,
): Promise<CompletionItem[]> {
  const place = placeInYaml(linesOf(document), position.line, position.character);
  const root = place && (await schemaFor(document));
  if (!place || !root || token.isCancellationRequested) return [];
  const schemas = schemasAt(root, place.path);
  const range = new Range(position.translate(0, -place.prefix.length), position);
  const values = valuesOf(schemas).map((value) => valueItem(value, range));
  if (place.inValue) return values;
  const keys = [...keysOf(schemas)].filter(([key]) => !place.siblings.includes(key));
  const items = keys.map(([key, schema], order) => keyItem(key, schema, order, range));
  return [...items, ...(place.path.at(-1) === null ? values : [])];
}

function valueItem(value: string, range: Range): CompletionItem {
  const item = new CompletionItem(value, CompletionItemKind.EnumMember);
  item.range = range;
  return item;
}

const behind = { mapping: ':\n  $0', list: ':\n  - $0', value: ': $0' } as const;

function keyItem(key: string, schema: JsonSchema, order: number, range: Range): CompletionItem {
  const item = new CompletionItem(key, CompletionItemKind.Property);
  item.insertText = new SnippetString().appendText(key);
  item.insertText.value += behind[beginningOf(schema)];
  item.detail = shapeOf(schema);
  if (schema.description !== undefined) item.documentation = schema.description;
  // As the schema has them: what is required comes first there.
  item.sortText = String(order).padStart(3, '0');
  item.range = range;
  return item;
}

async function explain(document: TextDocument, position: Position): Promise<Hover | null> {
  const word = document.getWordRangeAtPosition(position, /[A-Za-z][\w-]*/);
  if (!word) return null;
  const place = placeInYaml(linesOf(document), word.start.line, word.start.character);
  const root = place && (await schemaFor(document));
  if (!place || !root || place.inValue) return null;
  const schema = keysOf(schemasAt(root, place.path)).get(document.getText(word));
  if (!schema) return null;
  const shape = shapeOf(schema);
  const text = new MarkdownString(schema.description ?? '');
  if (shape) text.appendMarkdown(`\n\n\`${shape}\``);
  return new Hover(text, word);
}
