import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { manifestTexts, withManifest } from '../src/manifest/contributes.ts';
import { schemaFiles } from '../src/manifest/json-schemas.ts';
import { englishBundle } from './sentences.ts';

/**
 * Writes what src/manifest says into package.json and package.nls.json, the schemas of the files that people write, and
 * the sentences of the sources into l10n/.
 */
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const file = join(root, 'package.json');
writeFileSync(file, withManifest(readFileSync(file, 'utf8')));
writeFileSync(join(root, 'package.nls.json'), manifestTexts());
for (const schema of schemaFiles()) {
  mkdirSync(dirname(join(root, schema.file)), { recursive: true });
  writeFileSync(join(root, schema.file), schema.text);
}
mkdirSync(join(root, 'l10n'), { recursive: true });
writeFileSync(join(root, 'l10n', 'bundle.l10n.json'), englishBundle(root));
