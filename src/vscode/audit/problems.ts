import path from 'node:path';
import { Diagnostic, DiagnosticSeverity, type Disposable, languages, Range, Uri } from 'vscode';
import type { Finding } from '../../domain/audit.ts';

const severities = { major: DiagnosticSeverity.Error, minor: DiagnosticSeverity.Warning } as const;

/** Findings of the last audit in the Problems panel, until the next one. A model's text is shown as plain text there. */
export class AuditProblems implements Disposable {
  readonly #collection = languages.createDiagnosticCollection('countersign');

  show(root: string, findings: readonly Finding[], anchor: string): void {
    this.#collection.clear();
    const byFile = new Map<string, Diagnostic[]>();
    for (const finding of findings) {
      const file = finding.file ?? anchor;
      byFile.set(file, [...(byFile.get(file) ?? []), problemOf(finding)]);
    }
    for (const [file, problems] of byFile) this.#collection.set(Uri.file(path.join(root, file)), problems);
  }

  dispose(): void {
    this.#collection.dispose();
  }
}

/** A finding as the Problems panel shows it, at its line or at the top of the file. */
export function problemOf({ severity, category, claim, suggestion, line, fingerprint }: Finding): Diagnostic {
  const row = Math.max(0, (line ?? 1) - 1);
  const text = suggestion ? `${claim}\n${suggestion}` : claim;
  const problem = new Diagnostic(new Range(row, 0, row, Number.MAX_SAFE_INTEGER), text, severities[severity]);
  problem.source = `Countersign ${category}`;
  problem.code = fingerprint;
  return problem;
}
