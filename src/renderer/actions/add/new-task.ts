/** What the quick-add card holds, as it is sent, and who would work on it. Pure; the host decides by the same rules. */
import { parseGate } from '../../../domain/judging/score.ts'
import type { Tasks } from '../../model/reach.ts'
import type { QuickAdd } from '../quick-add.ts'
import type { ExecutorName, NamesOfYard } from './names.ts'
import { findTask, noSuchTask, parseTitle } from './title-language.ts'

export interface CardFields {
  readonly text: string
  /** Markdown. */
  readonly description: string
  /** Chosen in the list; empty = none. A name in the title counts before it. */
  readonly executor: string
  readonly model: string
  readonly command: string
  /** As they are typed; empty = as its tags or the settings say, nobody in particular, what it is. */
  readonly gate: string
  readonly identity: string
  readonly kind: string
}

export const NO_FIELDS: CardFields = {
  text: '',
  description: '',
  executor: '',
  model: '',
  command: '',
  gate: '',
  identity: '',
  kind: '',
}

/** The executor that is named, by the title or by the list; null = none. */
export const namedExecutor = ({ text, executor }: CardFields): string | null =>
  parseTitle(text).executor ?? (executor === '' ? null : executor)

/** What stands against sending it, as a sentence; null = nothing. */
export function issueOf({ text, gate }: CardFields, tasks: Tasks): string | null {
  const { title, after } = parseTitle(text)
  const unknown = after.find((word) => findTask(tasks, word) === null)
  if (unknown !== undefined) return noSuchTask(tasks, unknown)
  if (title === '') return 'A task needs a title.'
  if (title.length > 500) return 'A title has at most 500 characters.'
  return isGate(gate) ? null : GATE_ISSUE
}

/** Said of a word that is no gate. */
export const GATE_ISSUE = 'Write off, score, person, or a number above 0 and at most 1.'

export const isGate = (text: string): boolean =>
  text.trim() === '' || parseGate(text.trim()) !== null

export function toNewTaskInput(
  fields: CardFields,
  wanted: Pick<QuickAdd, 'after' | 'before'>,
  tasks: Tasks,
) {
  const { title, tags, priority, after } = parseTitle(fields.text)
  const typed = after.map((word) => findTask(tasks, word) ?? word)
  const executor = namedExecutor(fields)
  const command = fields.command.trim()
  const description = fields.description.trim()
  return {
    title,
    ...(description === '' ? {} : { description }),
    ...(tags.length > 0 ? { tags: [...tags] } : {}),
    ...(priority ? { priority } : {}),
    ...(executor === null ? {} : { executor }),
    ...(fields.model === '' ? {} : { model: fields.model }),
    ...(command === '' ? {} : { exec: command }),
    ...judgedFields(fields),
    after: [...new Set([...wanted.after, ...typed])],
    before: [...wanted.before],
  }
}

/** Those of the three that are said. */
export const judgedFields = (fields: Pick<CardFields, 'gate' | 'identity' | 'kind'>) => {
  const [gate, identity, kind] = [fields.gate, fields.identity, fields.kind].map((each) =>
    each.trim(),
  )
  return { ...(gate && { gate }), ...(identity && { identity }), ...(kind && { kind }) }
}

export interface WhoWorks {
  readonly text: string
  /** It could not start as things are. */
  readonly isProblem: boolean
  /** Nothing can be added so: what is missing has to be written first. */
  readonly isMissing?: boolean
}

/** Which executor the new task will get. Null while the host has not answered yet. */
export function whoWorks(
  { executors, defaultExecutor }: NamesOfYard,
  fields: CardFields,
): WhoWorks | null {
  const named = namedExecutor(fields)
  const hasCommand = fields.command.trim() !== ''
  const name = named ?? (hasCommand ? 'shell' : defaultExecutor)
  if (name === null || executors.length === 0) return null
  const found = executors.find((each) => each.name === name)
  if (!found) return bad(`There is no executor “${name}”.`)
  // The yard’s default may be another one when the task is started.
  if (found.type === 'shell' && !hasCommand)
    return {
      ...bad(`${name} needs a command: write one below, or choose another executor.`),
      isMissing: named !== null,
    }
  return (
    executorProblem(found, hasCommand) ?? {
      text: workText(found, named === null, hasCommand),
      isProblem: false,
    }
  )
}

function executorProblem(
  { name, type, problem }: ExecutorName,
  hasCommand: boolean,
): WhoWorks | null {
  if (hasCommand && type !== 'shell' && type !== 'schedule')
    return bad(`${name} runs no command of a task. Leave the command out, or choose shell.`)
  return problem === null ? null : bad(`${name} cannot start here: ${problem}`)
}

function workText({ name, type }: ExecutorName, isDefault: boolean, hasCommand: boolean): string {
  if (hasCommand) return `${name} runs the command.`
  if (type === 'manual') return 'A person does it.'
  return isDefault ? `${name} works on it: the yard’s default.` : `${name} works on it.`
}

const bad = (text: string): WhoWorks => ({ text, isProblem: true })
