import type { FileMode } from '../domain/patch.ts';
import type { FileSection } from './patch-set.ts';

/** The mode a section asks for: null for none, a reason where it asks for what no patch may do. */
export function readMode(section: FileSection): { readonly mode: FileMode | null; readonly problem: string | null } {
  const refused = (problem: string) => ({ mode: null, problem });
  for (const written of [section.oldMode, section.newMode]) {
    if (written === null) continue;
    if (/^120/.test(written)) return refused('Symbolic links are not patched.');
    if (/^160/.test(written)) return refused('Submodules are not patched.');
    if (/^0?40/.test(written)) return refused('Folders are not patched.');
  }
  if (section.newMode === null) return { mode: null, problem: null };
  if (/^(?:100|0)?(?:644|664)$/.test(section.newMode)) return { mode: '100644', problem: null };
  if (/^(?:100|0)?(?:755|775)$/.test(section.newMode)) return { mode: '100755', problem: null };
  return refused(`The mode ${JSON.stringify(section.newMode.slice(0, 20))} is none git keeps.`);
}
