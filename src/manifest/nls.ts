/** What of the manifest a person reads is kept apart from it, by key, so that VS Code can show it in their language. */

const product = 'Countersign';
/** Fields that hold a text wherever they stand. */
const textFields = new Set([
  'title',
  'shortTitle',
  'displayName',
  'description',
  'markdownDescription',
  'contents',
  'fullName',
  'userDescription',
  'placeholder',
]);
/** Read by models and programs, never by a person. */
const unread = new Set(['inputSchema', 'modelDescription', 'jsonValidation', 'resourceLabelFormatters']);

type Path = readonly string[];

/** The manifest with `%KEY%` where a text stood, and the text of each key. */
export interface Keyed<Fields> {
  readonly fields: Fields;
  readonly texts: Readonly<Record<string, string>>;
}

/** Takes the texts out of `fields`. A text has the same key as long as what it belongs to has the same name. */
export function withKeys<Fields extends object>(fields: Fields): Keyed<Fields> {
  const texts: Record<string, string> = {};
  const keyed = (value: unknown, path: Path): unknown => {
    if (typeof value === 'string') return isText(value, path) ? `%${keep(value, path)}%` : value;
    if (Array.isArray(value)) return value.map((item, index) => keyed(item, [...path, nameOf(item, index)]));
    if (typeof value !== 'object' || value === null) return value;
    const { enum: values } = value as { readonly enum?: readonly unknown[] };
    const member = (name: string, of: unknown) => {
      if (unread.has(name)) return of;
      const at = [...path, name];
      // What a setting's value means is known by that value.
      if (name === 'enumDescriptions' && Array.isArray(of))
        return of.map((text, i) => keyed(text, [...at, `${values?.[i]}`]));
      return keyed(of, at);
    };
    return Object.fromEntries(Object.entries(value).map(([name, of]) => [name, member(name, of)]));
  };
  const keep = (text: string, path: Path): string => {
    const key = path
      .filter((part) => part !== 'contributes' && part !== 'properties')
      .map((part) => part.replace(/^countersign\./, ''))
      .join('.');
    if (texts[key] !== undefined && texts[key] !== text) throw new Error(`Two texts of the manifest are named ${key}.`);
    texts[key] = text;
    return key;
  };
  return { fields: keyed(fields, []) as Fields, texts };
}

/** A name is not translated. */
function isText(value: string, path: Path): boolean {
  const [field, holder] = [path.at(-1) ?? '', path.at(-2) ?? ''];
  const named = field === 'name' && path.includes('views');
  return (named || textFields.has(field) || holder === 'enumDescriptions') && value !== product;
}

/** What an element of a list is known by, else its place. A welcome is known by the first thing it offers. */
function nameOf(item: unknown, index: number): string {
  if (typeof item !== 'object' || item === null) return String(index);
  const { command, id, name, view, contents } = item as Readonly<Record<string, unknown>>;
  if (typeof contents === 'string') return `${view}.${/\(command:([\w.]+)/.exec(contents)?.[1] ?? index}`;
  return String(command ?? id ?? name ?? index);
}
