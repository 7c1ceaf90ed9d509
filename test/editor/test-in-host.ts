import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleHostTests, projectHostTests } from './bundle-host-tests.ts';
import { exampleFolder, projectFolder } from './paths.ts';
import { closeWith } from './results.ts';
import { runHostTests } from './run-host-tests.ts';
import { approveConfiguration, makeWorkspace } from './workspace.ts';

/** Runs test/host inside a real VS Code with the built extension, in a copy of the example. */
const runner = await bundleHostTests(projectHostTests);
const workspace = await makeWorkspace(exampleFolder);
const configHome = mkdtempSync(join(tmpdir(), 'countersign-config-'));
try {
  await approveConfiguration(workspace.folder, configHome);
  const extensions = [projectFolder, join(projectHostTests.from, 'model-provider')];
  // Other extensions share the extension host whose event loop is measured.
  const settings = { 'git.enabled': false, 'remote.autoForwardPorts': false };
  const env = { XDG_CONFIG_HOME: configHome, XDG_STATE_HOME: join(configHome, 'state') };
  closeWith(await runHostTests({ extensions, runner, workspace: workspace.folder, env, settings }));
} finally {
  workspace.remove();
  rmSync(configHome, { recursive: true, force: true });
}
