/** Executors and models that can be named, asked of the host when something that offers them opens. */
import type { YardClient } from '../../model/session/link.ts'
import { useAnswer } from '../../model/use-answer.ts'

export interface ExecutorName {
  readonly name: string
  readonly type: string
  /** Why it cannot start an agent here; null = it can. */
  readonly problem: string | null
  /** Names of models that it can run; null = it takes none. */
  readonly models: readonly string[] | null
}
export interface NamesOfYard {
  readonly executors: readonly ExecutorName[]
  readonly models: readonly { readonly name: string; readonly provider: string }[]
  /** Works on tasks that name none; null while it is not known. */
  readonly defaultExecutor: string | null
}

export const NO_NAMES: NamesOfYard = { executors: [], models: [], defaultExecutor: null }

/** `NO_NAMES` until the host has answered. */
export const useNames = (): NamesOfYard => useAnswer(readNames).value ?? NO_NAMES

async function readNames({ service }: YardClient): Promise<NamesOfYard> {
  const [executors, models, { settings }] = await Promise.all([
    service.executors(),
    service.models(),
    service.status(),
  ])
  const named = settings['executor']
  return { executors, models, defaultExecutor: typeof named === 'string' ? named : null }
}

/** A schedule hands on to another executor, so it says nothing of models. */
const canRun = ({ type, models }: ExecutorName, model: string): boolean =>
  type === 'schedule' || (models ?? []).includes(model)

/** What stands against this executor for a task that names that model, after its name; null = nothing. */
const againstExecutor = (executor: ExecutorName, model: string | null): string | null => {
  if (executor.problem !== null) return 'cannot start here'
  return model === null || canRun(executor, model) ? null : `cannot run ${model}`
}

/** What stands against this model for a task of that executor; null = nothing. */
export function againstModel(
  { executors }: NamesOfYard,
  executor: string | null,
  model: string,
): string | null {
  const found = executors.find(({ name }) => name === executor)
  return found === undefined || canRun(found, model) ? null : `${found.name} cannot run it`
}

type Choice = readonly [name: string, label: string]

/** For a list to choose from, with what stands against each; `chosen` is there whatever it is. */
export const executorChoices = (
  { executors }: NamesOfYard,
  { model = null, chosen }: { readonly model?: string | null; readonly chosen: string | null },
): readonly Choice[] =>
  withChosen(
    executors.map((each) => [each.name, noted(each.name, againstExecutor(each, model))]),
    chosen,
  )

/** As `executorChoices`: those that the executor can run. `noteOf`: said of one that it can. */
export const modelChoices = (
  names: NamesOfYard,
  {
    executor,
    chosen,
    noteOf = () => null,
  }: {
    readonly executor: string | null
    readonly chosen: string | null
    readonly noteOf?: (model: NamesOfYard['models'][number]) => string | null
  },
): readonly Choice[] =>
  withChosen(
    names.models.flatMap((model) => {
      const { name } = model
      const against = againstModel(names, executor, name)
      return against === null || name === chosen
        ? [[name, noted(name, against ?? noteOf(model))]]
        : []
    }),
    chosen,
  )

const noted = (name: string, note: string | null): string =>
  note === null ? name : `${name} (${note})`

const withChosen = (found: readonly Choice[], chosen: string | null): readonly Choice[] =>
  chosen === null || found.some(([name]) => name === chosen) ? found : [[chosen, chosen], ...found]
