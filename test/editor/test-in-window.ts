import { join } from 'node:path';
import { projectFolder } from './paths.ts';
import { closeWith } from './results.ts';
import { runWindowTests } from './run-window-tests.ts';

/** Packages and installs the built extension, and runs test/window against windows of a real VS Code. */
closeWith(await runWindowTests({ extension: projectFolder, tests: join(projectFolder, 'test', 'window') }));
