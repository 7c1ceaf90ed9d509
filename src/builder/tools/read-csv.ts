/** Rows of a CSV text with `,`, `;` or tab between fields, quoted as RFC 4180 has it. Throws where a quote never ends. */
export function readCsv(text: string, mostRows: number): readonly (readonly string[])[] {
  const separator = separatorOf(text.split('\n', 1)[0] as string);
  const rows: string[][] = [];
  let row: string[] = [];
  let field = '';
  let quoted = false;
  const endRow = () => {
    row.push(field);
    field = '';
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  };
  for (let at = text.charCodeAt(0) === 0xfeff ? 1 : 0; at < text.length && rows.length < mostRows; at += 1) {
    const sign = text[at] as string;
    if (quoted) {
      if (sign !== '"') field += sign;
      else if (text[at + 1] === '"') {
        field += '"';
        at += 1;
      } else quoted = false;
    } else if (sign === '"' && field === '') quoted = true;
    else if (sign === separator) {
      row.push(field);
      field = '';
    } else if (sign === '\n') endRow();
    else if (sign !== '\r') field += sign;
  }
  if (quoted) throw new Error(`A quote that opens in row ${rows.length + 1} is never closed.`);
  if (field !== '' || row.length > 0) endRow();
  return rows;
}

function separatorOf(line: string): string {
  const counts = [',', ';', '\t'].map((sign) => ({ sign, count: line.split(sign).length }));
  return counts.sort((a, b) => b.count - a.count)[0]?.sign ?? ',';
}
