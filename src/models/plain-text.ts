const longest = 300;

/** Foreign text on one short line, without what would steer a terminal. */
export function plainText(text: string, secret: string | null = null): string {
  const hidden = secret ? text.replaceAll(secret, '[key]') : text;
  const line = hidden.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
  return line.length <= longest ? line : `${line.slice(0, longest - 1)}…`;
}
