import { CodeLens, type Disposable, languages, Range } from 'vscode';
import type { CommandId } from '../manifest/commands.ts';

const selector = [
  { scheme: 'file', pattern: '**/.countersign/phases/*.{yaml,yml,json}' },
  { scheme: 'file', pattern: '**/.countersign/plans/*.{yaml,yml,json}' },
];

/** "Run phase" over a spec, "Run plan" over a plan. */
export function registerSpecLens(): Disposable {
  return languages.registerCodeLensProvider(selector, {
    provideCodeLenses({ uri }) {
      const isPlan = /[\\/]plans[\\/][^\\/]+$/.test(uri.fsPath);
      const title = isPlan ? '$(play) Run plan' : '$(play) Run phase';
      const command = 'countersign.runPhase' satisfies CommandId;
      return [new CodeLens(new Range(0, 0, 0, 0), { title, command, arguments: [uri] })];
    },
  });
}
