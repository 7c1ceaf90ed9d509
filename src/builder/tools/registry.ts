import { composeText } from './compose-text.ts';
import { downloadFile } from './download-file.ts';
import { extractFacts } from './extract-facts.ts';
import { fetchPage } from './fetch-page.ts';
import { findSymbol } from './find-symbol.ts';
import { gitBlame, gitLog, gitShow } from './git-history.ts';
import { importTable } from './import-table.ts';
import { listFiles } from './list-files.ts';
import { readNotes, writeNote } from './notes.ts';
import { queryDatabase } from './query-database.ts';
import { readFile } from './read-file.ts';
import { runCode } from './run-code.ts';
import { runShell } from './run-shell.ts';
import { runTests } from './run-tests.ts';
import { searchText } from './search-text.ts';
import type { BuilderTool } from './tool.ts';
import { viewImage } from './view-image.ts';

/** Every tool, in the order in which they are offered; which are offered is a matter of what is allowed. */
export const builderTools: readonly BuilderTool[] = [
  readFile,
  listFiles,
  searchText,
  findSymbol,
  gitLog,
  gitBlame,
  gitShow,
  readNotes,
  writeNote,
  runTests,
  runCode,
  runShell,
  fetchPage,
  downloadFile,
  extractFacts,
  viewImage,
  queryDatabase,
  importTable,
  composeText,
];
