// `npm start`: from a fresh clone to the main job on a real repository.
import { ensureInstalled, projectNode, run } from './install.mjs';

try {
  ensureInstalled();
  const built = await run(projectNode(), ['esbuild.mjs', '--quiet']);
  process.exitCode = built === 0 ? await run(projectNode(), ['dist/cli.js', 'demo', ...process.argv.slice(2)]) : built;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
