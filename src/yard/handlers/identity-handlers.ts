/** Requests about identities. */
import type { IdentityPerformance, IdentityView } from '../../contract/identity.ts'
import { shownStateOf } from '../../domain/plan.ts'
import { type IdentityName, identityNameOf } from '../../domain/judging/identity.ts'
import { scoreFigures } from '../../judging/score-figures.ts'
import type { ScoredTry } from '../../store/judging.ts'
import type { ListedIdentity } from '../judging/identities.ts'
import { createPacer } from '../slices.ts'
import type { Yard } from '../yard.ts'
import { procedures } from './context.ts'
import { valueOf } from './failures.ts'

const os = procedures.identity

export const identityHandlers = {
  list: os.list.handler(({ context: { yard } }) => yard.identities.all().map(toView)),
  broken: os.broken.handler(({ context: { yard } }) => [...yard.identities.broken()]),
  get: os.get.handler(({ context: { yard }, input }) =>
    toView(valueOf(yard.identities.resolve(input.id))),
  ),
  add: os.add.handler(({ context: { yard }, input: { text, format } }) =>
    toView(valueOf(yard.identities.add(text, format))),
  ),
  tasks: os.tasks.handler(({ context: { yard }, input: { id } }) =>
    tasksOf(yard, valueOf(yard.identities.resolve(id)).id),
  ),
  performance: os.performance.handler(({ context: { yard }, input: { by = null }, signal }) =>
    performanceOf(yard, by, signal),
  ),
}

const toView = (identity: ListedIdentity): IdentityView => identity

const MOST_TASKS = 500

/** By what their words mean now. */
function tasksOf({ plan, identities, now }: Pick<Yard, 'plan' | 'identities' | 'now'>, id: string) {
  const meant = new Map<string, boolean>()
  const isMeant = (word: string): boolean => {
    const known = meant.get(word)
    if (known !== undefined) return known
    const found = identities.resolve(word)
    const is = found.ok && found.value.id === id
    meant.set(word, is)
    return is
  }
  return [...plan.tasks.values()]
    .filter(({ identity }) => identity !== null && isMeant(identity))
    .toSorted((a, b) => b.createdAt - a.createdAt)
    .slice(0, MOST_TASKS)
    .map((task) => ({ id: task.id, title: task.title, state: shownStateOf(plan, task, now()) }))
}

const SLICE = 500

/** In slices: a yard may have a hundred thousand of them. */
async function performanceOf(
  { store }: Pick<Yard, 'store'>,
  by: 'kind' | 'model' | null,
  signal?: AbortSignal,
): Promise<IdentityPerformance[]> {
  const groups = new Map<string, ScoredTry[]>()
  const pacer = createPacer(signal)
  for (let after = -1; ;) {
    const slice = store.judging.scoredTries({}, after, SLICE)
    for (const each of slice) {
      const name = JSON.stringify([each.identity, by && each[by]])
      const group = groups.get(name) ?? []
      group.push(each)
      groups.set(name, group)
    }
    const last = slice.at(-1)
    if (!last) break
    after = last.key
    const wait = pacer.check()
    if (wait) await wait
  }
  return [...groups.values()]
    .map((tries) => figuresOf(store, by, tries))
    .toSorted((a, b) => b.n - a.n || textOf(a).localeCompare(textOf(b), 'en'))
}

const textOf = ({ identity, key }: IdentityPerformance): string =>
  `${identity?.name ?? ''} ${key ?? ''}`

function figuresOf(
  store: Yard['store'],
  by: 'kind' | 'model' | null,
  tries: readonly ScoredTry[],
): IdentityPerformance {
  const { bins: _bins, threshold: _threshold, ...figures } = scoreFigures(tries)
  const [first] = tries
  return {
    identity: first?.identity == null ? null : nameOf(store, first.identity),
    key: (by && first?.[by]) ?? null,
    ...figures,
  }
}

function nameOf(store: Yard['store'], id: string): IdentityName {
  const known = store.identity(id)
  return known ? identityNameOf(known) : { id, name: id.slice(0, 8) }
}
