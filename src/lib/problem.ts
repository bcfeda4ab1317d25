export type ProblemCode = 'invalid' | 'not_found' | 'conflict' | 'forbidden' | 'limited'

/**
 * Something that a person can act on. The message is a finished sentence to show them; `field` names the form field
 * at fault. Every edge translates it once: under the field, as an ephemeral message, as an HTTP status.
 */
export class Problem extends Error {
  override name = 'Problem'
  code: ProblemCode
  field: string | undefined

  constructor(code: ProblemCode, message: string, field?: string) {
    super(message)
    this.code = code
    this.field = field
  }
}

/** Gathers the Problems of several looks at a form: each answers what it found, or undefined with its Problem among the faults. */
export function gathering(faults: Problem[]): <T>(read: () => Promise<T> | T) => Promise<T | undefined> {
  return async read => {
    try {
      return await read()
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      faults.push(error)
      return undefined
    }
  }
}

/** The same work, whose Problem stands under the field where a person sees it, whatever the work calls that. */
export async function underField<T>(
  field: string | ((named: string) => string),
  work: () => Promise<T> | T,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    throw new Problem(error.code, error.message, typeof field === 'string' ? field : field(error.field ?? ''))
  }
}

/** Several faults of one form, so that a person sees all of them at once. Never empty. */
export class Problems extends Error {
  override name = 'Problems'
  problems: Problem[]

  constructor(problems: Problem[]) {
    super(problems.map(p => p.message).join(' '))
    this.problems = problems
  }
}

/** The Problems of one look at a form; none where it went well. */
export async function faultsIn(work: () => Promise<unknown>): Promise<Problem[]> {
  try {
    await work()
    return []
  } catch (error) {
    if (error instanceof Problems) return error.problems
    if (error instanceof Problem) return [error]
    throw error
  }
}
