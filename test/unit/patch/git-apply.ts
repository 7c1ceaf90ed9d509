import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { readTree, type Tree } from './trees.ts';

/** What plain `git apply` makes of files and a patch. Throws with git's words where it refuses. */
export function applyWithGit(before: ReadonlyMap<string, string>, patch: string): Tree {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'countersign-git-apply-'));
  try {
    for (const [file, text] of before) {
      const target = path.join(folder, file);
      fs.mkdirSync(path.dirname(target), { recursive: true });
      fs.writeFileSync(target, text);
    }
    const env = {
      PATH: process.env.PATH ?? '',
      HOME: folder,
      GIT_CEILING_DIRECTORIES: path.dirname(folder),
      GIT_CONFIG_NOSYSTEM: '1',
    };
    execFileSync('git', ['apply', '--whitespace=nowarn', '-'], { cwd: folder, env, input: patch, stdio: 'pipe' });
    return readTree(folder);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}
