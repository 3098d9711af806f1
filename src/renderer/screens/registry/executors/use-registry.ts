/** All that the screen shows of executors, as the host says it; asked anew when agents come and go. */
import { useTurnover } from '../../../model/session/session-context.tsx'
import { useAnswer } from '../../../model/use-answer.ts'

const ASK_EVERY_MS = 30_000

export type Registry = ReturnType<typeof useRegistry>

export function useRegistry() {
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
    /** Null before the first answer. */
    executors: executors.value,
    config: config.value ?? [],
    clis: programs.value?.clis ?? [],
    /** Folders of the PATH that is searched, in order. */
    searched: programs.value?.path ?? [],
    models: models.value ?? [],
    names: { executors: namesOf(executors.value), models: namesOf(models.value) },
    /** The programs of this machine are being looked at. */
    isLooking: !programs.isCurrent && programs.problem === null,
    problem: executors.problem ?? config.problem ?? programs.problem,
    askAgain(): void {
      for (const each of [executors, config, models, programs]) each.askAgain()
    },
  }
}

const namesOf = (list: readonly { readonly name: string }[] | null): readonly string[] =>
  list?.map(({ name }) => name) ?? []
