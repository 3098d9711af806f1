/** What a model is asked when it chooses who does a task, and what its answer means. */
import type { Judgement } from '../../domain/judging/judgement.ts'
import type { Mask } from '../../domain/mask.ts'
import type { Plan } from '../../domain/plan.ts'
import type { Settings } from '../../domain/settings.ts'
import { contextSchema, modeSchema, type Task } from '../../domain/task.ts'
import { assignmentAnswerSchema, wireSchema } from '../../judging/answers.ts'
import { ASSIGNMENT_SYSTEM, assignmentPrompt } from '../../judging/assignment-prompt.ts'
import { findIdentities } from '../../judging/identity.ts'
import { choicesOf } from './assignments.ts'
import type { IdentityBook } from './identities.ts'
import type { Prepared, Question } from './question.ts'

export interface AssignmentParts {
  readonly plan: Plan
  readonly settings: () => Settings
  readonly identities: Pick<IdentityBook, 'all' | 'resolve'>
  /** Takes out what no model is shown. */
  readonly clean: Mask
}

const MODES = modeSchema.options
const CONTEXTS = contextSchema.options

export function prepareAssignment(
  { plan, settings, identities, clean }: AssignmentParts,
  { taskId }: Judgement,
): Prepared {
  const task = taskId === null ? undefined : plan.tasks.get(taskId)
  if (!task) return { kind: 'impossible', reason: 'the task is gone' }
  return { kind: 'question', question: questionOf(settings(), identities, cleaned(task, clean)) }
}

const cleaned = (task: Task, clean: Mask): Task => ({
  ...task,
  title: clean(task.title),
  description: clean(task.description),
  tags: task.tags.map(clean),
  skills: task.skills.map(clean),
})

function questionOf(
  { assignment, judging }: Settings,
  book: AssignmentParts['identities'],
  task: Task,
): Question {
  const choices = choicesOf(book, assignment.identities)
  const { mode, context } = task
  const said = Object.entries({ mode, context }).flatMap(([name, value]) =>
    value === null ? [] : [[name, value] as const],
  )
  return {
    system: ASSIGNMENT_SYSTEM,
    prompt: assignmentPrompt({
      title: task.title,
      description: task.description,
      tags: task.tags,
      skills: task.skills,
      identities: choices,
      modes: mode === null ? MODES : [],
      contexts: context === null ? CONTEXTS : [],
      kinds: [],
      said: Object.fromEntries(said),
    }),
    wire: wireSchema(assignmentAnswerSchema),
    timeoutMs: Math.min(assignment.timeoutMs, judging.timeoutMs),
    schema: assignmentAnswerSchema,
    read(value) {
      const fitted = assignmentAnswerSchema.safeParse(value)
      if (!fitted.success) return { error: fitted.error.message }
      const { identity: word, reason } = fitted.data
      const [identity, ...others] = findIdentities(choices, word)
      if (!identity || others.length > 0) return { error: `"${word}" is no identity of the list` }
      const chosen = {
        identity,
        mode: MODES.find((each) => each === fitted.data.mode) ?? null,
        context: CONTEXTS.find((each) => each === fitted.data.context) ?? null,
        reason,
      }
      return { value: { purpose: 'assignment', assignment: chosen } }
    },
  }
}
