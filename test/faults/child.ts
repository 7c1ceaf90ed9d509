import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openRepository } from '../../src/git/open-repository.ts';
import { type ActionName, act } from './actions.ts';
import { copyAt } from './observe.ts';

/** Usage: child.ts FOLDER ACTION|recover FAILPOINT OCCURRENCE self|all. Dies at that step; exits 7 if it never comes. */
const [folder = '', action = '', name = '', occurrence = '1', victims = 'self'] = process.argv.slice(2);
const copy = copyAt(folder);
let seen = 0;

const repository = await openRepository(copy.root, {
  environment: copy.environment,
  failpoint: (reached) => {
    if (reached !== name) return;
    seen += 1;
    if (seen < Number(occurrence)) return;
    if (victims === 'all') for (const child of childrenOf(process.pid)) process.kill(child, 'SIGKILL');
    process.kill(process.pid, 'SIGKILL');
    for (;;);
  },
});
if (action === 'recover') await repository.recover();
else await act(action as ActionName, repository, folder);
process.exit(7);

/** Every process below one, as a machine that loses power would end them all. */
function childrenOf(parent: number): number[] {
  const found: number[] = [];
  for (const entry of readdirSync('/proc').filter((each) => /^\d+$/.test(each))) {
    try {
      const status = readFileSync(join('/proc', entry, 'stat'), 'utf8');
      if (Number(status.slice(status.lastIndexOf(')') + 2).split(' ')[1]) !== parent) continue;
      found.push(Number(entry), ...childrenOf(Number(entry)));
    } catch {
      // It ended while we looked.
    }
  }
  return found;
}
