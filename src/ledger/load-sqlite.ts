type Sqlite = typeof import('node:sqlite');

/**
 * Node's own SQLite, loaded when a ledger is first opened. Some Node versions print an "experimental" warning on
 * standard error at that moment; that one line is kept away from the user, every other warning passes.
 */
export function loadSqlite(): Sqlite {
  const { emitWarning } = process;
  process.emitWarning = ((warning: string | Error, ...rest: never[]) => {
    if (!String(warning).includes('SQLite is an experimental feature')) emitWarning.call(process, warning, ...rest);
  }) as typeof process.emitWarning;
  try {
    return process.getBuiltinModule('node:sqlite');
  } finally {
    process.emitWarning = emitWarning;
  }
}
