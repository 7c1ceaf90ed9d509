const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

/** The text that a person would read, block by block, without scripts and styles. */
export function textOfHtml(html: string): string {
  const text = html
    .replace(/<!--[\s\S]*?(?:-->|$)/g, '')
    .replace(/<(script|style|noscript|svg|template)\b[\s\S]*?(?:<\/\1\s*>|$)/gi, '')
    .replace(/<(?:br|hr)\b[^>]*>|<\/(?:p|div|li|h[1-6]|tr|section|article|pre|table|ul|ol|title)\s*>/gi, '\n')
    .replace(/<\/(?:td|th)\s*>/gi, '\t')
    .replace(/<[^>]*>/g, '');
  return unescaped(text)
    .split('\n')
    .map((line) => line.replace(/[ \t\u00a0]+/g, ' ').trim())
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

export function unescaped(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(\w{2,6}));/gi, (whole, decimal, hex, name: string) => {
    const code = decimal ? Number(decimal) : hex ? Number.parseInt(hex, 16) : null;
    if (code !== null) return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    return entities[name?.toLowerCase()] ?? whole;
  });
}

export interface HtmlFacts {
  readonly title: string | null;
  readonly headings: readonly string[];
  readonly links: readonly { readonly text: string; readonly href: string }[];
  readonly tables: number;
}

export function factsOfHtml(html: string): HtmlFacts {
  const title = /<title[^>]*>([\s\S]*?)<\/title>/i.exec(html)?.[1];
  const headings = [...html.matchAll(/<h([1-6])\b[^>]*>([\s\S]*?)<\/h\1>/gi)];
  const links = [...html.matchAll(/<a\b[^>]*?\bhref\s*=\s*["']([^"']+)["'][^>]*>([\s\S]*?)<\/a>/gi)];
  return {
    title: title === undefined ? null : textOfHtml(title),
    headings: headings.map(([, level, text = '']) => `h${level} ${textOfHtml(text)}`),
    links: links.map(([, href = '', text = '']) => ({ text: textOfHtml(text), href: unescaped(href) })),
    tables: (html.match(/<table\b/gi) ?? []).length,
  };
}
