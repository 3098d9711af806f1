/** Who is chosen for a task before its first agent, without a model: the identity that shares most with its tags and texts. */
import type { Assignment } from '../../domain/judging/assignment.ts'
import type { Identity } from '../../domain/judging/identity.ts'
import { isCodingAgent, type ExecutorType, type Settings } from '../../domain/settings.ts'
import type { Task } from '../../domain/task.ts'
import { matchIdentity } from '../../judging/identity.ts'
import type { IdentityBook } from './identities.ts'

interface Way {
  readonly executorType: ExecutorType
}

/** Null where nothing is to be chosen, or nothing fits. */
export function assignmentOf(
  { assignment: { auto, identities: wanted } }: Pick<Settings, 'assignment'>,
  book: Pick<IdentityBook, 'all' | 'resolve'>,
  task: Task,
  { executorType }: Way,
): Assignment | null {
  if (!auto || task.identity !== null || !isAsked(executorType)) return null
  const identity = matchIdentity(choicesOf(book, wanted), task)
  if (identity === null) return null
  return { identity, mode: null, context: null, reason: reasonOf(identity, task) }
}

/** It is given a prompt, which can say who it is. */
const isAsked = (type: ExecutorType): boolean => isCodingAgent(type) || type === 'command'

/** A word that names none now is passed over. */
function choicesOf(
  book: Pick<IdentityBook, 'all' | 'resolve'>,
  wanted: readonly string[] | null,
): readonly Identity[] {
  const listed =
    wanted === null
      ? book.all()
      : wanted.flatMap((word) => {
          const found = book.resolve(word)
          return found.ok ? [found.value] : []
        })
  return listed.map(({ source: _source, file: _file, ...identity }) => identity)
}

const reasonOf = ({ role }: Identity, { tags }: Task): string =>
  `shares most with ${tags.length === 0 ? 'its text' : 'its tags and text'} (${role})`
