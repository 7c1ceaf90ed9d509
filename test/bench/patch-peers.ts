import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { applyPatch, parsePatch } from 'diff';
import type { Case, Files } from './patch-cases.ts';

/** Another way to apply a patch: the changed files, or null where it refuses. */
export interface Peer {
  readonly name: string;
  /** It writes files, so that hostile patches are kept from it. */
  readonly writes: boolean;
  answer(each: Case): Files | null;
}

/** The peers this machine has. */
export function peers(): Peer[] {
  const programs: Peer[] = [
    program('git apply', 'git', ['apply', '--whitespace=nowarn', 'reply.patch']),
    program('GNU patch', 'patch', ['-p1', '-f', '-s', '--no-backup-if-mismatch', '-r', '-', '-i', 'reply.patch']),
  ];
  const there = programs.filter(
    (peer) => spawnSync(peer.name.startsWith('git') ? 'git' : 'patch', ['--version']).status === 0,
  );
  return [...there, { name: 'jsdiff', writes: false, answer: answerByLibrary }];
}

/** Runs a program in a folder of its own that holds the files. Only what is inside that folder is looked at. */
function program(name: string, command: string, words: readonly string[]): Peer {
  const answer = (each: Case): Files | null => {
    const root = fs.mkdtempSync(path.join(os.tmpdir(), 'countersign-bench-'));
    const folder = path.join(root, 'tree');
    try {
      fs.mkdirSync(folder);
      for (const [file, text] of Object.entries(each.files)) write(folder, file, text);
      const reply = path.join(root, 'reply.patch');
      fs.writeFileSync(reply, each.patch);
      const arguments_ = words.map((word) => (word === 'reply.patch' ? reply : word));
      const env = { PATH: process.env.PATH ?? '', HOME: root, GIT_CEILING_DIRECTORIES: root, GIT_CONFIG_NOSYSTEM: '1' };
      const { status } = spawnSync(command, arguments_, { cwd: folder, env, timeout: 10_000 });
      return status === 0 ? changesIn(folder, each.files) : null;
    } finally {
      fs.rmSync(root, { recursive: true, force: true });
    }
  };
  return { name, writes: true, answer };
}

function write(folder: string, file: string, text: string): void {
  const target = path.join(folder, file);
  fs.mkdirSync(path.dirname(target), { recursive: true });
  fs.writeFileSync(target, text);
}

function changesIn(folder: string, before: Files): Files {
  const changed: Record<string, string | null> = {};
  const seen = new Set<string>();
  for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const full = path.join(entry.parentPath, entry.name);
    const file = path.relative(folder, full);
    seen.add(file);
    const text = fs.readFileSync(full, 'utf8');
    if (text !== before[file]) changed[file] = text;
  }
  for (const file of Object.keys(before)) if (!seen.has(file)) changed[file] = null;
  return changed;
}

/** jsdiff as its users call it: parse, then each file, all or nothing. */
function answerByLibrary(each: Case): Files | null {
  const changed: Record<string, string | null> = {};
  try {
    const parsed = parsePatch(each.patch);
    for (const section of parsed) {
      const name = section.newFileName === '/dev/null' ? section.oldFileName : section.newFileName;
      if (name === undefined) return null;
      const file = name.replace(/^[ab]\//, '');
      const before = changed[file] ?? (Object.hasOwn(each.files, file) ? each.files[file] : '') ?? '';
      const after = applyPatch(before, section);
      if (after === false) return null;
      changed[file] = section.newFileName === '/dev/null' ? null : after;
    }
    return parsed.length === 0 ? null : changed;
  } catch {
    return null;
  }
}
