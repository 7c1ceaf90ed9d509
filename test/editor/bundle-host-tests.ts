import { globSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { artifactsFolder, projectFolder } from './paths.ts';

export interface HostTestBundle {
  /** Folder that is searched for `*.test.ts`. */
  readonly from: string;
  /** Folder of the bundles, inside the work tree (mocha is found from there). What it held before is removed. */
  readonly to: string;
}

export const projectHostTests: HostTestBundle = {
  from: join(projectFolder, 'test', 'host'),
  to: join(artifactsFolder, 'host'),
};

/** Bundles the tests, each into a file of its own, beside the runner that loads them. Gives the runner's path. */
export async function bundleHostTests({ from, to }: HostTestBundle): Promise<string> {
  rmSync(to, { recursive: true, force: true });
  const tests = globSync('**/*.test.ts', { cwd: from }).map((file) => ({
    in: join(from, file),
    out: file.slice(0, -'.ts'.length),
  }));
  await build({
    entryPoints: [{ in: join(projectFolder, 'test', 'editor', 'host-runner.ts'), out: 'runner' }, ...tests],
    outdir: to,
    // The package's own type is ESM; the extension host loads a test runner by `require`.
    outExtension: { '.js': '.cjs' },
    format: 'cjs',
    bundle: true,
    platform: 'node',
    target: 'node22',
    external: ['vscode', 'mocha'],
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  return join(to, 'runner.cjs');
}
