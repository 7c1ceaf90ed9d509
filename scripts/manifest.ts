import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withManifest } from '../src/manifest/contributes.ts';

/** Writes what src/manifest says into package.json. */
const file = join(dirname(dirname(fileURLToPath(import.meta.url))), 'package.json');
writeFileSync(file, withManifest(readFileSync(file, 'utf8')));
