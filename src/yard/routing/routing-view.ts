/** What was learned of each arm, as it is shown. Asked when somebody looks; nothing is chosen by it. */
import type { KindRouting } from '../../contract/routing.ts'
import { armName } from '../../domain/routing/choice.ts'
import { isTakenByPeople, type Settings } from '../../domain/settings.ts'
import { type Arm, chancesOf, type RouteQuestion } from '../../judging/route-choice.ts'
import { type RouteSaving, savingOf } from '../../judging/route-saving.ts'
import { seededRandom } from '../../judging/sampling.ts'
import { resolveRoute } from '../views/shown-route.ts'
import type { Yard } from '../yard.ts'
import { toArm } from './route-learner.ts'

/** From so many tries of a kind on an arm is known. */
const KNOWN_TRIES = 20
/** A task that names nobody. */
const FREE = { executor: null, model: null, exec: null, budget: null, budgetTokens: null }
/** The same figures each time. */
const SEED = 1

type RoutingSource = Pick<Yard, 'plan' | 'tries' | 'config'>

/** Kinds of which something is known, most tries first; `only`: that one. */
export function routingView(source: RoutingSource, only: string | null): KindRouting[] {
  const { settings } = source.config()
  const ways = waysOf(source, settings)
  const book = source.tries.read()
  return book
    .kinds()
    .filter((kind) => only === null || kind === only)
    .map((kind) => kindView(source, ways, kind))
    .filter((view) => view.chosen > 0 || triesOf(view) > 0)
    .toSorted((a, b) => triesOf(b) - triesOf(a) || a.kind.localeCompare(b.kind))
}

const triesOf = ({ arms }: KindRouting): number => arms.reduce((sum, { n }) => sum + n, 0)

interface Ways {
  readonly today: string | null
  /** That of the settings first. */
  readonly arms: readonly Arm[]
  /** Of these, those whose provider is awake. */
  readonly awake: readonly Arm[]
  readonly learns: boolean
}

function waysOf({ plan }: RoutingSource, settings: Settings): Ways {
  const { learn, arms: named } = settings.routing
  const routes = [FREE, ...named.map(({ executor, model }) => ({ ...FREE, executor, model }))].map(
    (wish) => resolveRoute(settings, wish),
  )
  const usual = routes[0]
  const ways = new Map<string, { readonly arm: Arm; readonly isAwake: boolean }>()
  for (const route of routes) {
    if (!route.ok || isTakenByPeople(route.value.profile.type)) continue
    const { profile, model, account } = route.value
    const arm = toArm(settings, { executor: profile.name, model })
    ways.set(arm.name, { arm, isAwake: !plan.breakers.has(`provider:${account}`) })
  }
  return {
    today: usual?.ok
      ? armName({ executor: usual.value.profile.name, model: usual.value.model })
      : null,
    arms: [...ways.values()].map(({ arm }) => arm),
    awake: [...ways.values()].filter(({ isAwake }) => isAwake).map(({ arm }) => arm),
    learns: learn && named.length > 0 && ways.size > 1,
  }
}

function kindView(
  { tries, config }: RoutingSource,
  { today, arms, awake, learns }: Ways,
  kind: string,
): KindRouting {
  const goals = config().settings.routing
  const book = tries.read()
  const { chosen, explored } = book.counts(kind)
  const question = (among: readonly Arm[]): RouteQuestion | null => {
    const [first, ...others] = among
    if (!first) return null
    const incumbent = today === null ? first.name : book.incumbent(kind, today)
    const asked = { memory: book.memory, kind, incumbent, goals, chosen, explored }
    return { ...asked, arms: [first, ...others], random: seededRandom(SEED) }
  }
  const [all, now] = [question(arms), question(awake)]
  const known = all && chancesOf(all)
  const chances = learns && now ? chancesOf(now).arms : []
  const chanceOf = (name: string): number =>
    learns ? (chances.find(({ arm }) => arm.name === name)?.chance ?? 0) : Number(name === today)
  const saving = today === null ? null : savingOf(book.chosenTries(kind), today, goals)
  return {
    kind,
    learns,
    today,
    incumbent: learns && known ? known.incumbent : (today ?? ''),
    arms: (known?.arms ?? []).map(({ arm, tries: n, score, sd, costUsd, hours }) => ({
      arm: arm.name,
      n,
      learning: n < KNOWN_TRIES,
      score,
      sd,
      costUsd,
      hours,
      chance: chanceOf(arm.name),
    })),
    chosen,
    explored,
    exploredShare: chosen === 0 ? null : explored / chosen,
    saving: saving && withoutSign(saving),
  }
}

/** No `-0` where nothing was saved. */
const withoutSign = (saving: RouteSaving): RouteSaving => ({
  ...saving,
  usd: saving.usd + 0,
  low: saving.low + 0,
  high: saving.high + 0,
})
