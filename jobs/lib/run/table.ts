/** Lines of a table with aligned columns; numbers to the right. The first row is the head. */
export function tableLines(rows: readonly (readonly (string | number)[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map(row => String(row[column] ?? '').length)),
  );
  return rows.map(row =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return typeof cell === 'number' ? String(cell).padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd(),
  );
}

/** The first `limit` lines, and how many more there are: lists in a log or a message stay short. */
export function firstLines(lines: readonly string[], limit: number, where: string): readonly string[] {
  return lines.length <= limit
    ? lines
    : [...lines.slice(0, limit), `and ${lines.length - limit} more: ${where}`];
}

/** `1 object`, `2 objects`; `plural` is for words that take more than an s. */
export const countOf = (count: number, what: string, plural = `${what}s`): string =>
  `${count} ${count === 1 ? what : plural}`;
