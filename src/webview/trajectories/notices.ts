import type { StoreNotice } from '../../contract/trajectories-list.ts';
import { localize } from '../../contract/words.ts';
import { element } from '../element.ts';
import { when } from '../format.ts';
import { button } from './controls.ts';
import { icon } from './icons.ts';

export interface NoticesActions {
  onButton(): void;
  onReload(): void;
}

/** Lines above everything: what is with the store, what failed, that live updates ended. */
export class Notices {
  readonly node = element('div', { class: 'notices' });
  readonly #actions: NoticesActions;
  readonly #lines = new Map<'store' | 'fault' | 'stopped', HTMLElement>();

  constructor(actions: NoticesActions) {
    this.#actions = actions;
  }

  showStore(notice: StoreNotice | null): void {
    this.#lines.clear();
    if (notice) {
      const { message, button: label } = notice;
      this.#put('store', message, button({ label, onClick: this.#actions.onButton }));
    } else this.#draw();
  }

  showFault(text: string): void {
    this.#put('fault', text, this.#close('fault'));
  }

  showStopped(at: string): void {
    const text = localize('Live updates stopped at {0}. Figures are of that time.', when(at, Date.now()));
    this.#put('stopped', text, button({ label: localize('Reload'), onClick: this.#actions.onReload }));
  }

  #close(key: 'fault'): HTMLElement {
    const onClick = () => {
      this.#lines.delete(key);
      this.#draw();
    };
    return button({ label: localize('Close'), icon: 'close', iconOnly: true, onClick });
  }

  #put(key: 'store' | 'fault' | 'stopped', text: string, act: HTMLElement): void {
    const line = { class: 'notice', role: 'alert' };
    this.#lines.set(key, element('div', line, icon('warning', null, 'tone-warning'), element('p', {}, text), act));
    this.#draw();
  }

  #draw(): void {
    this.node.replaceChildren(...this.#lines.values());
  }
}
