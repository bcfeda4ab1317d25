/** What stands in a table under a word that somebody typed; every object knows `constructor`, which stands in none. */
export function own<T>(table: Record<string, T>, word: string): T | undefined {
  return Object.hasOwn(table, word) ? table[word] : undefined
}
