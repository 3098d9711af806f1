/** Chooses the route of tasks that name none, by what past tries have shown; see `judging/route-choice.ts`. */
import type { Result } from '../../base/result.ts'
import type { Route, RouteLearner } from '../../coordinator/ports.ts'
import { priceOf } from '../../domain/budget/price.ts'
import type { Failure } from '../../domain/failure.ts'
import type { RoutingArm } from '../../domain/judging/judging-settings.ts'
import { kindOf } from '../../domain/judging/kind.ts'
import { armName } from '../../domain/routing/choice.ts'
import { listPrice } from '../../domain/routing/models.ts'
import type { Settings } from '../../domain/settings.ts'
import type { Task } from '../../domain/task.ts'
import { type Arm, chooseRoute, estimateArm } from '../../judging/route-choice.ts'
import { seededRandom } from '../../judging/sampling.ts'
import { routeReason } from '../../judging/route-reason.ts'
import { type KeptTries, type LearnedBy, tierOf } from './kept-tries.ts'

interface Parts {
  readonly tries: KeptTries
  settings(): LearnedBy
  /** How the task would be run with that executor and model. */
  withArm(task: Task, arm: RoutingArm): Result<Route, Failure>
  /** US dollars that count towards the task's own budget; null = nothing is known. */
  spentOn(task: Task): number | null
}

export function createRouteLearner({ tries, settings, withArm, spentOn }: Parts): RouteLearner {
  /** Picked in this round, and not committed. */
  let picked: { readonly kind: string; readonly explored: boolean }[] = []
  const kindOfTask = (task: Task, route: Route): string =>
    kindOf(task, route.executorType, settings().judging.kinds)

  const isWithinBudget = (task: Task, route: Route, today: Route): boolean => {
    if (task.budget === null) return true
    const left = task.budget - (spentOn(task) ?? 0)
    const { memory } = tries.read()
    const kind = kindOfTask(task, today)
    const { costUsd } = estimateArm(memory, kind, toArm(settings(), route), settings().routing)
    return (costUsd ?? 0) <= left
  }
  return {
    ongoing(task, today) {
      const { conversation, lastAgentId } = task
      const { routing } = settings()
      if (!routing.learn || !conversation || lastAgentId === null || !namesNobody(task)) return null
      const name = tries.read().armOf(lastAgentId)
      if (name === null || name === armName(today)) return null
      for (const arm of routing.arms) {
        const route = withArm(task, arm)
        if (!route.ok || armName(route.value) !== name) continue
        return route.value.executor === conversation.executor ? route.value : null
      }
      return null
    },
    armsOf(task, today) {
      const { routing } = settings()
      const isFree = namesNobody(task) && task.conversation === null
      if (!routing.learn || routing.arms.length === 0 || !isFree) return []
      const arms = new Map<string, Route>([[armName(today), { ...today, fallback: null }]])
      for (const arm of routing.arms) {
        const route = withArm(task, arm)
        if (!route.ok || route.value.isForPeople || arms.has(armName(route.value))) continue
        arms.set(armName(route.value), route.value)
      }
      const able = [...arms.values()].filter((route) => isWithinBudget(task, route, today))
      return arms.size > 1 ? able : []
    },
    begin: () => void (picked = []),
    choose(task, { today, open }, random) {
      const { routing } = settings()
      const book = tries.read()
      const [kind, usual] = [kindOfTask(task, today), armName(today)]
      const [first, ...others] = open
      const arms = [toArm(settings(), first), ...others.map((route) => toArm(settings(), route))]
      const before = book.incumbent(kind, usual)
      const counts = book.counts(kind)
      const now = picked.filter((pick) => pick.kind === kind)
      const made = chooseRoute({
        memory: book.memory,
        kind,
        arms: arms as [Arm, ...Arm[]], // `open` is not empty
        incumbent: before,
        goals: routing,
        chosen: counts.chosen + now.length,
        explored: counts.explored + now.filter(({ explored }) => explored).length,
        random: seededRandom(Math.floor(random() * 2 ** 32)),
      })
      const canRun = arms.some(({ name }) => name === before)
      picked.push({ kind, explored: made.isExplored })
      return {
        route: open.find((route) => armName(route) === made.arm) ?? first,
        choice: {
          arm: made.arm,
          chance: made.chance,
          explored: made.isExplored,
          reason: routeReason(made, kind, routing),
          kind,
          // One that cannot run now has not lost its place.
          incumbent: canRun ? made.incumbent : before,
          today: usual,
        },
      }
    },
  }
}

/** Nobody has said who does it. A merge has its own settings. */
const namesNobody = ({ executor, model, exec, merging }: Task): boolean =>
  executor === null && model === null && exec === null && merging === null

/** Tokens of a try of which nothing is known: a guess that a few tries outweigh. */
const USUAL_TRY = {
  inputTokens: 170_000,
  cachedTokens: 150_000,
  outputTokens: 5_000,
  reasoningTokens: null,
  costUsd: null,
}
const USUAL_HOURS = 0.2

export function toArm(
  { models }: Pick<Settings, 'models'>,
  route: { readonly executor: string; readonly model: string | null },
): Arm {
  const { model } = route
  const price = model === null ? null : listPrice({ models }, model)
  return {
    name: armName(route),
    tier: model === null ? null : tierOf(models, model),
    listCostUsd: price && priceOf(USUAL_TRY, price),
    listHours: USUAL_HOURS,
  }
}
