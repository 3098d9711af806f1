/**
 * The `LandingPort` over a simulated branch, which outlives every owner. Each step is an effect that the history runs when it
 * likes, or never: between the merge and the move, and between the move and its news, the owner may die.
 */
import type { LandingPort } from '../../src/coordinator/ports.ts'
import type { Conflict, LandingOrder, LandingOutcome } from '../../src/domain/landing.ts'
import type { Task } from '../../src/domain/task.ts'
import type { OpenStore } from '../../src/store/open-store.ts'
import type { SeededRandom } from '../support/seeded-random.ts'
import { holds } from './violation.ts'

/** The target: what it holds, and where it stands. */
export interface Branch {
  /** What was landed, with the commit that holds it. */
  readonly held: Map<string, string>
  tip: number
  /** Results that clash with it until a merge task has settled that. */
  readonly clashes: Set<string>
  /** From now on nothing is refused and nobody else moves it. */
  isCalm: boolean
}

export const createBranch = (): Branch => ({
  held: new Map(),
  tip: 0,
  clashes: new Set(),
  isCalm: false,
})

export interface SimLandingParts {
  readonly branch: Branch
  readonly random: SeededRandom
  readonly opened: OpenStore
  readonly policy: 'keep' | 'auto'
  readonly later: (label: string, run: () => void) => void
}

export function createSimLanding(parts: SimLandingParts): LandingPort {
  const { branch, random, opened, later } = parts
  let underWay = 0
  const land = (order: LandingOrder): Promise<LandingOutcome> => {
    holds(underWay === 0, 1, () => `${order.taskId} is landed beside another`)
    underWay += 1
    return new Promise((resolve) => {
      const tell = (outcome: LandingOutcome): void =>
        later(`news of the landing of ${order.taskId}`, () => {
          underWay -= 1
          resolve(outcome)
        })
      const merge = (): void => {
        const known = branch.held.get(order.result)
        if (known !== undefined) return tell(landed(known))
        if (!branch.isCalm && random.chance(0.1)) return tell(refused)
        const isSettled = order.commit !== order.result
        if (!isSettled && clashes(branch, random, order.result))
          return tell({ kind: 'conflict', target: 'main', conflict: conflictOf(branch, order) })
        const seen = branch.tip
        later(`move the branch for ${order.taskId}`, () => {
          if (!branch.isCalm && random.chance(0.2)) branch.tip += 1 // somebody else was quicker
          if (branch.tip !== seen) return merge()
          holds(!branch.held.has(order.result), 4, () => `${order.result} landed twice`)
          branch.tip += 1
          branch.held.set(order.result, `tip-${branch.tip}`)
          tell(landed(`tip-${branch.tip}`))
        })
      }
      later(`merge ${order.taskId}`, merge)
    })
  }
  return {
    lander: { land, clear: () => Promise.resolve(), close: () => Promise.resolve() },
    policy: () => parts.policy,
    orderOf: (task) => orderOf(opened, task),
    mergerOf: () => ({ executor: 'claude', model: null }),
  }
}

/** Decided once for each result, for it is a fact of its content. */
function clashes(branch: Branch, random: SeededRandom, result: string): boolean {
  if (!branch.isCalm && random.chance(0.15)) branch.clashes.add(result)
  return branch.clashes.has(result)
}

const conflictOf = ({ tip }: Branch, { taskId, commit }: LandingOrder): Conflict => ({
  ours: { name: 'main', commit: `tip-${tip}` },
  theirs: { name: taskId, commit },
  paths: ['a.txt'],
  reason: 'both changed a.txt',
  hunks: '',
})

const landed = (commit: string): LandingOutcome => ({
  kind: 'landed',
  commit,
  target: 'main',
  note: null,
})
const refused: LandingOutcome = { kind: 'refused', target: 'main', reason: 'a dirty checkout' }

function orderOf({ plan }: OpenStore, task: Task): LandingOrder | null {
  const { id: taskId, title, description, landing, verify, resultCommit } = task
  const result = landing?.result ?? resultCommit
  if (result === null) return null
  const merge = landing?.mergeTask ? plan.tasks.get(landing.mergeTask) : undefined
  const settledBy = merge?.state.kind === 'done' ? `merge of ${result}` : null
  return {
    taskId,
    title,
    description,
    result,
    verify,
    commit: settledBy ?? result,
    folder: '/yard',
    name: taskId,
    target: null,
    how: { kind: 'merge' },
    askedAt: landing?.at ?? 0,
  }
}
