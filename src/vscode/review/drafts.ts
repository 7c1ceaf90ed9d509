import { type Event, EventEmitter, type Memento } from 'vscode';
import { z } from 'zod';
import type { ProposalFile, ReviewKey } from './proposal-uri.ts';

const fileDraftSchema = z.object({
  /** By the number of the hunk within its file. */
  decisions: z.record(z.string(), z.enum(['accepted', 'rejected'])),
  /** As the person edited it; null where they did not. */
  text: z.string().nullable(),
  /** When that was saved, in milliseconds. */
  savedAt: z.number(),
});
export type FileDraft = z.infer<typeof fileDraftSchema>;
export type HunkDecision = 'accepted' | 'rejected';

/** What a person decided and edited in a change, before any of it counts. Of one commit: one made anew is another. */
const draftSchema = z.object({ commit: z.string(), files: z.record(z.string(), fileDraftSchema) });
type Draft = z.infer<typeof draftSchema>;

const draftsSchema = z.record(z.string(), draftSchema);
const storageKey = 'countersign.review.drafts';
const untouched: FileDraft = { decisions: {}, text: null, savedAt: 0 };
const nameOf = ({ runId, phaseId }: ReviewKey) => `${runId}/${phaseId}`;

export type DraftPlace = Pick<ProposalFile, 'runId' | 'phaseId' | 'commit' | 'path'>;

/** The drafts of this folder's reviews. The editor keeps them over a reload; nothing of them is in the repository. */
export class Drafts {
  readonly #memento: Memento;
  readonly #changes = new EventEmitter<void>();
  #drafts: Record<string, Draft>;

  readonly onDidChange: Event<void> = this.#changes.event;

  constructor(memento: Memento) {
    this.#memento = memento;
    this.#drafts = draftsSchema.safeParse(memento.get(storageKey)).data ?? {};
  }

  file(place: DraftPlace): FileDraft {
    const draft = this.#drafts[nameOf(place)];
    return (draft?.commit === place.commit ? draft.files[place.path] : undefined) ?? untouched;
  }

  async decide(place: DraftPlace, hunks: readonly number[], decision: HunkDecision | null): Promise<void> {
    const file = this.file(place);
    const decisions = { ...file.decisions };
    for (const hunk of hunks) {
      if (decision === null) delete decisions[hunk];
      else decisions[hunk] = decision;
    }
    await this.#keep(place, { ...file, decisions });
  }

  async write(place: DraftPlace, text: string | null): Promise<void> {
    await this.#keep(place, { ...this.file(place), text, savedAt: Date.now() });
  }

  /** A change that was decided, or made anew. */
  async forget(review: ReviewKey): Promise<void> {
    const { [nameOf(review)]: _, ...others } = this.#drafts;
    await this.#save(others);
  }

  async #keep(place: DraftPlace, file: FileDraft): Promise<void> {
    const known = this.#drafts[nameOf(place)];
    const files = known?.commit === place.commit ? known.files : {};
    const draft = { commit: place.commit, files: { ...files, [place.path]: file } };
    await this.#save({ ...this.#drafts, [nameOf(place)]: draft });
  }

  async #save(drafts: Record<string, Draft>): Promise<void> {
    this.#drafts = drafts;
    this.#changes.fire();
    await this.#memento.update(storageKey, drafts);
  }
}
