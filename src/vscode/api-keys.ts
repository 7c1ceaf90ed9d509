import type { ExtensionContext } from 'vscode';

/** Keys of providers, in the system's secret storage. */
export interface ApiKeys {
  /** Providers that a key is stored for. */
  readonly providers: ReadonlySet<string>;
  get(provider: string): Promise<string | undefined>;
  set(provider: string, key: string): Promise<void>;
  remove(provider: string): Promise<void>;
}

const namesKey = 'countersign.providersWithKey';
const secretOf = (provider: string) => `countersign.key.${provider}`;

export function openApiKeys({ secrets, globalState }: Pick<ExtensionContext, 'secrets' | 'globalState'>): ApiKeys {
  // The secret storage cannot be listed, so the names are kept beside it.
  const names = () => new Set(globalState.get<readonly string[]>(namesKey, []));
  const keepNames = (providers: ReadonlySet<string>) => globalState.update(namesKey, [...providers].sort());
  return {
    get providers() {
      return names();
    },
    get: async (provider) => secrets.get(secretOf(provider)),
    async set(provider, key) {
      await secrets.store(secretOf(provider), key);
      await keepNames(names().add(provider));
    },
    async remove(provider) {
      await secrets.delete(secretOf(provider));
      const left = names();
      left.delete(provider);
      await keepNames(left);
    },
  };
}
