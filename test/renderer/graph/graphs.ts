/** Graphs without cycles for property tests: dependencies only point back in the list. */
import * as fc from 'fast-check'
import type { DagNode } from '../../../src/domain/graph/dag.ts'

export const task = (id: string, ...after: string[]): DagNode => ({ id, after })

export const graphs = fc
  .array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 40 })
  .map((wishes) =>
    wishes.map((back, index) =>
      task(`t${index}`, ...new Set(index === 0 ? [] : back.map((each) => `t${each % index}`))),
    ),
  )
