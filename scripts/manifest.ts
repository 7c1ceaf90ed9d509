import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withManifest } from '../src/manifest/contributes.ts';
import { schemaFiles } from '../src/manifest/json-schemas.ts';

/** Writes what src/manifest says into package.json, and the schemas of the files that people write. */
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const file = join(root, 'package.json');
writeFileSync(file, withManifest(readFileSync(file, 'utf8')));
for (const schema of schemaFiles()) {
  mkdirSync(dirname(join(root, schema.file)), { recursive: true });
  writeFileSync(join(root, schema.file), schema.text);
}
