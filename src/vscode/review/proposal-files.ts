import { type Disposable, l10n, type Uri } from 'vscode';
import { proposalScheme } from '../../manifest/context-keys.ts';
import { type FileSource, registerFlatFiles } from '../flat-files.ts';
import type { Session } from '../session.ts';
import type { Drafts } from './drafts.ts';
import { type ProposalFile, readProposalUri } from './proposal-uri.ts';

/** So many files of reviews are kept in memory; a commit's files never change. */
const mostKept = 200;

/**
 * The files of a change from their commits, the proposed side with what a person made of it. Edits are kept as drafts:
 * nothing of them is in the repository before it is staged.
 */
class ProposalFiles implements FileSource {
  readonly #session: Session;
  readonly #drafts: Drafts;
  readonly #contents = new Map<string, Promise<Uint8Array | null>>();

  constructor(session: Session, drafts: Drafts) {
    this.#session = session;
    this.#drafts = drafts;
  }

  savedAt(uri: Uri): number | null {
    const file = editable(uri);
    return file && this.#drafts.file(file).savedAt;
  }

  async read(uri: Uri): Promise<Uint8Array | null> {
    const file = editable(uri);
    const { text } = file ? this.#drafts.file(file) : { text: null };
    return text === null ? this.#content(uri) : new TextEncoder().encode(text);
  }

  async write(uri: Uri, content: Uint8Array): Promise<void> {
    const file = editable(uri);
    if (!file) return;
    const proposed = await this.#content(uri);
    const same = proposed !== null && Buffer.compare(proposed, content) === 0;
    await this.#drafts.write(file, same ? null : new TextDecoder('utf-8', { ignoreBOM: true }).decode(content));
  }

  #content(uri: Uri): Promise<Uint8Array | null> {
    const key = uri.toString();
    const known = this.#contents.get(key);
    if (known) return known;
    const reading = this.#read(uri);
    this.#contents.set(key, reading);
    reading.catch(() => this.#contents.delete(key));
    const [oldest] = this.#contents.keys();
    if (this.#contents.size > mostKept && oldest !== undefined) this.#contents.delete(oldest);
    return reading;
  }

  async #read(uri: Uri): Promise<Uint8Array | null> {
    const file = readProposalUri(uri);
    if (!file) return null;
    const texts = await this.#session.use(({ repository }) => repository.tree(file.commit).read([file.path]));
    const text = texts.get(file.path);
    return text === undefined ? null : new TextEncoder().encode(text);
  }
}

/** The proposed side of a file; null for the current one. */
function editable(uri: Uri): ProposalFile | null {
  const file = readProposalUri(uri);
  return file?.side === 'proposed' ? file : null;
}

export function registerProposalFiles(session: Session, drafts: Drafts): Disposable {
  const refusal = l10n.t('Of a change under review only the text of its proposed side can be edited.');
  return registerFlatFiles(proposalScheme, new ProposalFiles(session, drafts), refusal);
}
