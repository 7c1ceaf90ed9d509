const harmlessCoreKeys = [
  'repositoryformatversion',
  'filemode',
  'bare',
  'logallrefupdates',
  'ignorecase',
  'precomposeunicode',
  'symlinks',
  'autocrlf',
  'eol',
  'safecrlf',
  'sparsecheckout',
  'sparsecheckoutcone',
];

/**
 * What a check may see of a repository's git settings: enough for git to read the repository. Addresses with passwords
 * in them, headers, credential helpers, filters and programs are left out.
 */
export function keepHarmlessSettings(settings: string): string {
  const kept: string[] = [];
  let section = '';
  for (const line of settings.split(/\r?\n/)) {
    const header = /^\s*\[\s*([\w.-]+)\s*(?:"[^"]*")?\s*\]\s*$/.exec(line);
    if (header) {
      section = line.includes('"') ? '' : (header[1] as string).toLowerCase();
      if (section === 'core' || section === 'extensions') kept.push(`[${section}]`);
      continue;
    }
    const setting = /^\s*([A-Za-z][\w-]*)\s*=\s*([\w.-]*)\s*$/.exec(line);
    if (!setting) continue;
    const [, name, value] = setting as unknown as [string, string, string];
    const harmless = section === 'extensions' || (section === 'core' && harmlessCoreKeys.includes(name.toLowerCase()));
    if (harmless) kept.push(`\t${name} = ${value}`);
  }
  return `${kept.join('\n')}\n`;
}
