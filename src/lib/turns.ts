export type InTurn = <T>(key: string, work: () => Promise<T>) => Promise<T>

/** Works of one key run one after another, in the order in which they were given; works of other keys do not wait for them. */
export function takeTurns(): InTurn {
  const last = new Map<string, Promise<unknown>>()
  return (key, work) => {
    const turn = (last.get(key) ?? Promise.resolve()).then(work)
    const over = turn.catch(() => {})
    last.set(key, over)
    over.then(() => last.get(key) === over && last.delete(key))
    return turn
  }
}
