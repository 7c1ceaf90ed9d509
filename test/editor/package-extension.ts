import { statSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from './paths.ts';
import { runProgram } from './run-program.ts';

export interface PackagedExtension {
  /** Path of the .vsix. */
  readonly file: string;
  readonly bytes: number;
  /** What the packager complained about, a line each. */
  readonly warnings: readonly string[];
}

/** Packages the built extension in `folder` as the .vsix `file`. Its bundles carry what it needs, so no dependency goes along. */
export async function packageExtension(folder: string, file: string): Promise<PackagedExtension> {
  const vsce = join(projectFolder, 'node_modules', '@vscode', 'vsce', 'vsce');
  const output = await runProgram(
    process.execPath,
    [vsce, 'package', '--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links', '--out', file],
    {
      cwd: folder,
    },
  );
  const warnings = output.split('\n').filter((line) => /warning/i.test(line));
  return { file, bytes: statSync(file).size, warnings };
}
