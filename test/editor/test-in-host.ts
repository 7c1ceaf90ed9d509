import { join } from 'node:path';
import { bundleHostTests, projectHostTests } from './bundle-host-tests.ts';
import { exampleFolder, projectFolder } from './paths.ts';
import { closeWith } from './results.ts';
import { runHostTests } from './run-host-tests.ts';
import { makeWorkspace } from './workspace.ts';

/** Runs test/host inside a real VS Code with the built extension, in a copy of the example. */
const runner = await bundleHostTests(projectHostTests);
const workspace = await makeWorkspace(exampleFolder);
try {
  const extensions = [projectFolder, join(projectHostTests.from, 'model-provider')];
  closeWith(await runHostTests({ extensions, runner, workspace: workspace.folder }));
} finally {
  workspace.remove();
}
