/**
 * `HOST/OWNER/NAME` of a remote's address, as gh takes it after `--repo`; null for an address of any other shape.
 * Reads `https://HOST/OWNER/NAME.git`, `ssh://git@HOST:PORT/OWNER/NAME` and `git@HOST:OWNER/NAME`.
 */
export function githubRepository(address: string): string | null {
  const name = String.raw`[\w.-]+`;
  const asUrl = new RegExp(`^(?:https|ssh)://(?:[^@/]+@)?(${name})(?::\\d+)?/(${name})/(${name}?)(?:\\.git)?/?$`);
  const asPath = new RegExp(`^(?:${name}@)(${name}):/?(${name})/(${name}?)(?:\\.git)?/?$`);
  const [, host, owner, repository] = asUrl.exec(address) ?? asPath.exec(address) ?? [];
  return host && owner && repository ? `${host}/${owner}/${repository}` : null;
}
