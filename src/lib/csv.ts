/** Rows as CSV. No cell can be read as a formula by a spreadsheet (https://owasp.org/www-community/attacks/CSV_Injection). */
export async function csvOf(rows: (string | number)[][]): Promise<string> {
  const { stringify } = await import('csv-stringify/sync')
  return stringify(rows, { escape_formulas: true })
}
