/** All that the screen shows of executors, as the host says it; asked anew when agents come and go. */
import type { FoundCli } from '../../../../contract/start-screen.ts'
import { useTurnover } from '../../../model/session/session-context.tsx'
import type { Problem } from '../../../model/session/problem.ts'
import type { ConfigEntry, KnownNames } from '../../../components/config-entry.ts'
import { useAnswer } from '../../../model/use-answer.ts'
import type { ExecutorView, ModelView } from '../../../model/session/link.ts'

const ASK_EVERY_MS = 30_000

export interface Registry {
  /** Null before the first answer. */
  readonly executors: readonly ExecutorView[] | null
  readonly config: readonly ConfigEntry[] | null
  readonly clis: readonly FoundCli[]
  /** Folders of the PATH that is searched, in order. */
  readonly searched: readonly string[]
  readonly models: readonly ModelView[]
  readonly names: KnownNames
  /** The programs of this machine are being looked at. */
  readonly isLooking: boolean
  readonly problem: Problem | null
  askAgain(): void
}

export function useRegistry(): Registry {
  // Places in use come and go with agents.
  const turnover = useTurnover()
  const executors = useAnswer(({ service }) => service.executors(), {
    key: turnover,
    everyMs: ASK_EVERY_MS,
  })
  const config = useAnswer(({ service }) => service.config())
  const models = useAnswer(({ service }) => service.models())
  const programs = useAnswer(({ startScreen }) => startScreen.clis())
  return {
    executors: executors.value,
    config: config.value,
    clis: programs.value?.clis ?? [],
    searched: programs.value?.path ?? [],
    models: models.value ?? [],
    names: { executors: namesOf(executors.value), models: namesOf(models.value) },
    isLooking: !programs.isCurrent && programs.problem === null,
    problem: executors.problem ?? config.problem ?? programs.problem,
    askAgain: () => {
      for (const each of [executors, config, models, programs]) each.askAgain()
    },
  }
}

const namesOf = (list: readonly { readonly name: string }[] | null): readonly string[] =>
  list?.map(({ name }) => name) ?? []
