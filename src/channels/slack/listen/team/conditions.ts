import type { Condition } from '../../../../core/routing/conditions.ts'
import { Problem, Problems } from '../../../../lib/problem.ts'
import { readCondition } from '../../views/team/conditions.ts'
import * as values from '../values.ts'

/** The conditions of a form, and in which row each of them stands: emptied ones are left out. */
export function conditionsIn(v: values.Values, rows: number): { conditions: Condition[]; at: number[] } {
  const at = Array.from({ length: rows }, (_, i) => i + 1).filter(row => values.typed(v, `condition:${row}`).trim())
  const conditions = at.map(row =>
    readCondition(values.chosen(v, `what:${row}`) ?? 'account.is', values.typed(v, `condition:${row}`)),
  )
  return { conditions, at }
}

/** A fault of the second condition belongs under the row in which that stands. */
export async function inRows<T>(at: number[], work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof Problems ? new Problems(error.problems.map(p => inRow(p, at))) : error
  }
}

function inRow(problem: Problem, at: number[]): Problem {
  const [, number] = /^condition:(\d+)$/.exec(problem.field ?? '') ?? []
  const row = number && at[Number(number) - 1]
  return row ? new Problem(problem.code, problem.message, `condition:${row}`) : problem
}
