import { realpathSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import {
  commands,
  DiagnosticSeverity,
  type DocumentSymbol,
  type Location,
  languages,
  Position,
  type SymbolInformation,
  SymbolKind,
  type TextDocument,
  Uri,
  workspace,
} from 'vscode';
import type { CodePlace, LanguageServices } from '../../compose.ts';

/**
 * The editor's language services, asked about one repository. `folder` is what is open, `rootOf` the top of the
 * repository that it is in. Files outside of it are never named.
 */
export function createLanguageServices(folder: string, rootOf: () => string): LanguageServices {
  const real = realpathSync(folder);
  const files = filesOf(folder, real, rootOf);
  return {
    async symbols(names, likely, signal) {
      const awake = likely.filter(isAwake);
      if (awake.length === 0) return [];
      const wanted = new Set(names);
      const found: CodePlace[] = [];
      // Opened first: some services know only of projects that a file is open of.
      for (const file of awake) {
        signal.throwIfAborted();
        found.push(...(await declaredIn(file, files.uriOf(file), wanted)));
      }
      for (const name of names) {
        signal.throwIfAborted();
        const all = await ask<SymbolInformation[]>('vscode.executeWorkspaceSymbolProvider', name);
        for (const { name: full, kind, location } of all) {
          const place = full.replace(/\(.*$/, '') === name ? files.placeAt(location, name, kindOf(kind)) : null;
          if (place) found.push(place);
        }
      }
      return found;
    },
    async references(place) {
      const uri = files.uriOf(place.path);
      const document = await workspace.openTextDocument(uri);
      const column = document.lineAt(place.line - 1).text.indexOf(place.name);
      if (column < 0) return [];
      const position = new Position(place.line - 1, column);
      const found = await ask<Location[]>('vscode.executeReferenceProvider', uri, position);
      return found.flatMap((location) => files.placeAt(location, place.name, 'use') ?? []);
    },
    diagnostics() {
      return languages.getDiagnostics().flatMap(([uri, problems]) =>
        problems.flatMap(({ severity, message, range, source }) => {
          const place = files.placeAt({ uri, range }, '', 'problem');
          // What an audit of ours found is told to the Builder as such, or not at all.
          if (!place || severity > DiagnosticSeverity.Warning || source?.startsWith('Countersign')) return [];
          return [{ place, message, severity: severity === DiagnosticSeverity.Error ? 'error' : 'warning' } as const];
        }),
      );
    },
    async texts(paths) {
      const open = new Map(workspace.textDocuments.map((document) => [document.uri.toString(), document]));
      const read = await Promise.all(
        paths.map(async (file) => [file, await savedText(files.uriOf(file), open)] as const),
      );
      return new Map(read.flatMap(([file, text]) => (text === null ? [] : [[file, text] as const])));
    },
  };
}

/**
 * Whether a file of this kind is open. Asking about any other would start its language's service: seconds of waiting, and
 * work in a process that other extensions share.
 */
function isAwake(file: string): boolean {
  const kind = path.extname(file);
  return workspace.textDocuments.some((document) => path.extname(document.uri.path) === kind);
}

/** The file as it is on disk; null where an editor holds other text of it, or it cannot be read. */
async function savedText(uri: Uri, open: ReadonlyMap<string, TextDocument>): Promise<string | null> {
  if (open.get(uri.toString())?.isDirty) return null;
  return readFile(uri.fsPath, 'utf8').catch(() => null);
}

async function ask<Found extends readonly unknown[]>(command: string, ...about: readonly unknown[]): Promise<Found> {
  return (await commands.executeCommand<Found | undefined>(command, ...about)) ?? ([] as unknown as Found);
}

async function declaredIn(file: string, uri: Uri, wanted: ReadonlySet<string>): Promise<readonly CodePlace[]> {
  try {
    await workspace.openTextDocument(uri);
  } catch {
    // Deleted, binary or too large for the editor: it declares nothing that could be asked for.
    return [];
  }
  const all = await ask<(DocumentSymbol | SymbolInformation)[]>('vscode.executeDocumentSymbolProvider', uri);
  return flat(all).flatMap((symbol) => {
    const range = 'selectionRange' in symbol ? symbol.selectionRange : symbol.location.range;
    if (!wanted.has(symbol.name)) return [];
    return [{ path: file, line: range.start.line + 1, name: symbol.name, kind: kindOf(symbol.kind) }];
  });
}

function flat(symbols: readonly (DocumentSymbol | SymbolInformation)[]): (DocumentSymbol | SymbolInformation)[] {
  return symbols.flatMap((symbol) => [symbol, ...('children' in symbol ? flat(symbol.children) : [])]);
}

function kindOf(kind: SymbolKind): string {
  return (SymbolKind[kind] ?? 'symbol').toLowerCase();
}

/** The editor names files as the folder was opened, git by their real path from the top of the repository. */
function filesOf(folder: string, real: string, rootOf: () => string) {
  return {
    uriOf: (file: string) => Uri.file(path.join(folder, path.relative(real, path.join(rootOf(), file)))),
    placeAt({ uri, range }: Location, name: string, kind: string): CodePlace | null {
      if (uri.scheme !== 'file') return null;
      const file = path.relative(rootOf(), path.join(real, path.relative(folder, uri.fsPath)));
      if (file.startsWith('..') || path.isAbsolute(file)) return null;
      return { path: file.split(path.sep).join('/'), line: range.start.line + 1, name, kind };
    },
  };
}
