export function count(page) {
  return page.split(/<li>[^<]*<\/li>/).length - 1;
}

export const end = /<\/ul>/;
