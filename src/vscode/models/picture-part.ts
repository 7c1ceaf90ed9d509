import * as vscode from 'vscode';
import type { Picture } from '../../compose/model-client.ts';

/** Made by newer versions of VS Code than the oldest that this extension runs in. */
interface DataParts {
  readonly LanguageModelDataPart?: { image(data: Uint8Array, mime: string): vscode.LanguageModelTextPart };
}

/** Whether this version of VS Code can send pictures to its language models. */
export function canSendPictures(): boolean {
  return typeof (vscode as DataParts).LanguageModelDataPart?.image === 'function';
}

/** Pictures as parts of a message; none where VS Code cannot send them. */
export function pictureParts(pictures: readonly Picture[]): readonly vscode.LanguageModelTextPart[] {
  const parts = (vscode as DataParts).LanguageModelDataPart;
  return parts ? pictures.map(({ base64, mediaType }) => parts.image(Buffer.from(base64, 'base64'), mediaType)) : [];
}
