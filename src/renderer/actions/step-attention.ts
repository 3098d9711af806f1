/** Goes from one thing that waits for a person to the next, in the order of the attention list, round and round. */
import type { Attention } from '../../contract/view.ts'
import type { Session } from '../model/session/session.ts'
import { announce } from '../model/announcer.ts'
import type { CommandHandler } from './commands.ts'
import { currentRoute, navigate, type TaskTab } from '../model/route.ts'
import { selectTasks } from '../model/selection.ts'

export function stepAttention(session: Session, by: 1 | -1): CommandHandler {
  const all = (): readonly string[] => attentionTasks(session)
  return {
    run: () => {
      const ids = all()
      const next = nextOf(ids, currentRoute().task, by)
      if (next === null) return
      selectTasks([next])
      navigate({ task: next, tab: tabOf(session, next) })
      const text = attentionOf(session, next)?.text ?? ''
      announce(`${ids.indexOf(next) + 1} of ${ids.length}. ${text}`)
    },
    blocked: () => (all().length === 0 ? 'Nothing waits for you' : null),
  }
}

/** The one after `current`, or the first; the last when it goes back. */
export function nextOf(ids: readonly string[], current: string | null, by: 1 | -1): string | null {
  if (ids.length === 0) return null
  const at = current === null ? -1 : ids.indexOf(current)
  if (at < 0) return ids.at(by === 1 ? 0 : -1) ?? null
  return ids.at((at + by) % ids.length) ?? null
}

const attentionTasks = (session: Session): readonly string[] => [
  ...new Set((session.yard.getState().summary?.attention ?? []).flatMap(({ task }) => task ?? [])),
]

const attentionOf = (session: Session, id: string): Attention | undefined =>
  session.yard.getState().summary?.attention.find(({ task }) => task === id)

/** Where the answer is: what a failed one said, what was not merged, else why it waits. */
function tabOf(session: Session, id: string): TaskTab {
  if (session.yard.getState().tasks.get(id)?.status === 'failed') return 'output'
  return attentionOf(session, id)?.kind === 'landing' ? 'changes' : 'overview'
}
