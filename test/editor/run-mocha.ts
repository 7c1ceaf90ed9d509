import { globSync } from 'node:fs';
import { join } from 'node:path';
import Mocha from 'mocha';

/** Runs every `*.test.ts` under `folder` in this process and gives the counts. */
export async function runMocha(
  folder: string,
  options: { readonly timeoutSeconds: number },
): Promise<{ passed: number; failed: number }> {
  const grep = process.env.EDITOR_TEST_GREP;
  const mocha = new Mocha({
    ui: 'bdd',
    reporter: 'spec',
    timeout: options.timeoutSeconds * 1000,
    forbidOnly: true,
    forbidPending: true,
    ...(grep ? { grep } : {}),
  });
  for (const file of globSync('**/*.test.ts', { cwd: folder }).sort()) mocha.addFile(join(folder, file));
  await mocha.loadFilesAsync();
  return new Promise((resolve) => {
    let passed = 0;
    const runner = mocha.run((failed) => resolve({ passed, failed }));
    runner.on('pass', () => {
      passed += 1;
    });
  });
}
