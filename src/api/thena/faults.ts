import { Problem, Problems } from '../../lib/problem.ts'
import { spelled } from '../refuse.ts'

/**
 * Does the work; what is wrong with it is told by the names that the caller gave, and what the body of a request names and
 * is not there is wrong with the request, not missing.
 */
export async function asGiven<T>(names: Record<string, string>, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Problems) throw new Problems(error.problems.map(p => named(p, names)))
    throw error instanceof Problem ? named(error, names) : error
  }
}

function named(problem: Problem, names: Record<string, string>): Problem {
  const { code, message, field } = problem
  if (field === undefined) return problem
  const isWrong = code === 'not_found' || field === 'sender'
  return new Problem(isWrong ? 'invalid' : code, message, spelled(field, names))
}

/** Looks at several things; throws all that is wrong with any of them at once. */
export async function together(works: (() => Promise<unknown> | undefined)[]): Promise<void> {
  const faults: Problem[] = []
  for (const work of works)
    try {
      await work()
    } catch (error) {
      if (error instanceof Problems) faults.push(...error.problems)
      else if (error instanceof Problem) faults.push(error)
      else throw error
    }
  if (faults.length) throw new Problems(faults)
}
