/** Who is chosen for a task before its first agent: by a model, or without one the identity that shares most with its tags and texts. */
import type { AssignmentPlan } from '../../domain/judging/assignment.ts'
import { judgementIdOf } from '../../domain/judging/evaluation.ts'
import type { Judgement, JudgePort } from '../../domain/judging/judgement.ts'
import type { Identity } from '../../domain/judging/identity.ts'
import { isCodingAgent, type ExecutorType, type Settings } from '../../domain/settings.ts'
import type { Task } from '../../domain/task.ts'
import { matchIdentity } from '../../judging/identity.ts'
import type { IdentityBook } from './identities.ts'

interface AssignmentSource {
  readonly settings: Pick<Settings, 'assignment'>
  readonly book: Pick<IdentityBook, 'all' | 'resolve'>
  readonly now: number
  /** Who would be asked. */
  readonly choose: JudgePort['choose']
}

interface Way {
  readonly executorType: ExecutorType
}

/** A model chooses where one may be asked. Null where nothing is to be chosen, or nothing fits. */
export function assignmentOf(
  { settings, book, now, choose }: AssignmentSource,
  task: Task,
  { executorType }: Way,
): AssignmentPlan | null {
  const { auto, identities: wanted, timeoutMs } = settings.assignment
  if (!auto || task.identity !== null || !isAsked(executorType)) return null
  if (choose(questionAt(now), now).kind === 'judge') return { kind: 'ask', dueAt: now + timeoutMs }
  const identity = matchIdentity(choicesOf(book, wanted), task)
  if (identity === null) return null
  const reason = reasonOf(identity, task)
  return { kind: 'known', assignment: { identity, mode: null, context: null, reason } }
}

/** As it would be queued, to see whether there is somebody to ask at all. */
const questionAt = (now: number): Judgement => ({
  id: judgementIdOf(1),
  purpose: 'assignment',
  taskId: null,
  agentId: null,
  generation: null,
  subject: null,
  wish: null,
  by: 'coordinator',
  state: { kind: 'queued', notBefore: null },
  queuedAt: now,
  turn: 1,
  judge: null,
  usage: null,
  costSource: null,
  score: null,
})

/** It is given a prompt, which can say who it is. */
const isAsked = (type: ExecutorType): boolean => isCodingAgent(type) || type === 'command'

/** A word that names none now is passed over. */
export function choicesOf(
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
