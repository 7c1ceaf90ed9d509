// `npm run package`: builds countersign.vsix and holds it to its promises, under 3 MB and without a warning.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { packageExtension } from '../test/editor/package-extension.ts';

const root = path.resolve(import.meta.dirname, '..');
const mostBytes = 3 * 1024 * 1024;

const built = spawnSync(process.execPath, ['esbuild.mjs', '--quiet'], { cwd: root, stdio: 'inherit' });
if (built.status !== 0) process.exit(built.status ?? 1);
const { file, bytes, warnings } = await packageExtension(root, path.join(root, 'countersign.vsix'));
for (const warning of warnings) console.error(warning);
console.log(`${file}: ${(bytes / 1024 / 1024).toFixed(2)} MB, ${warnings.length} warnings`);
process.exitCode = bytes > mostBytes || warnings.length > 0 ? 1 : 0;
