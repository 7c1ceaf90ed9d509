import type { PatchView, PhaseView } from '../../contract/trajectories-phase.ts';
import { localize } from '../../contract/words.ts';
import { element } from '../element.ts';
import { plural } from '../format.ts';
import { button, choiceChip } from './controls.ts';

export interface PatchActions {
  onAttempt(attempt: number): void;
  onOpenDiff(attempt: number): void;
  onCopy(text: string): void;
}

/** Attempts of the phase that made a change. */
export const changedAttempts = ({ attempts }: PhaseView) =>
  attempts.filter(({ files }) => files !== null).map(({ number }) => number);

/** The change of one attempt as text; its diff opens in the editor's own view. */
export function patchTab(
  phase: PhaseView,
  attempt: number | null,
  patch: PatchView | null,
  actions: PatchActions,
): readonly HTMLElement[] {
  const numbers = changedAttempts(phase);
  if (attempt === null) return [element('p', { class: 'dim' }, localize('No attempt made a change that fits.'))];
  const options = numbers.map((number) => ({ value: String(number), label: localize('Attempt {0}', number) }));
  const which = choiceChip(localize('Attempt'), options, String(attempt), (value) => actions.onAttempt(Number(value)));
  const bar = element(
    'div',
    { class: 'row' },
    which,
    button({
      label: localize('Open changes'),
      icon: 'diff',
      primary: true,
      onClick: () => actions.onOpenDiff(attempt),
    }),
  );
  const shown = patch?.attempt === attempt && patch.runId === phase.runId && patch.phaseId === phase.phaseId;
  if (!patch || !shown) return [bar];
  bar.append(button({ label: localize('Copy'), icon: 'copy', onClick: () => actions.onCopy(patch.text) }));
  const files = patch.files.map(({ path, added, removed }) =>
    element(
      'li',
      {},
      element('span', { class: 'path' }, path),
      element('span', { class: 'added' }, `+${added}`),
      element('span', { class: 'removed' }, `−${removed}`),
    ),
  );
  const repairs =
    patch.repairs.length === 0
      ? []
      : [
          element(
            'p',
            { class: 'dim' },
            localize('{0} made to fit it:', plural(patch.repairs.length, '{0} repair was', '{0} repairs were')),
          ),
          element('ul', { class: 'plain' }, ...patch.repairs.map((repair) => element('li', {}, repair))),
        ];
  const lines = patch.text.split('\n').map((line) => element('span', { class: lineClass(line) }, `${line}\n`));
  const text = {
    class: 'diff',
    tabindex: '0',
    role: 'region',
    'aria-label': localize('Patch of attempt {0}', attempt),
  };
  return [bar, element('ul', { class: 'files' }, ...files), ...repairs, element('pre', text, ...lines)];
}

function lineClass(line: string): string {
  if (/^(diff|index|---|\+\+\+|new file|deleted file|similarity|rename|old mode|new mode)/.test(line)) return 'meta';
  if (line.startsWith('@@')) return 'hunk';
  if (line.startsWith('+')) return 'plus';
  return line.startsWith('-') ? 'minus' : 'same';
}
