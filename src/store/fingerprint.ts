/** Tells two commands apart that carry the same id. */
import { createHash } from 'node:crypto'
import { finished, type Steps } from '../base/steps.ts'
import type { AnyCommand, ChangeTasks, CommandOf } from '../domain/command.ts'

/** Fields that the yard makes anew for each request, so that a repeated one differs in them. */
const MADE_BY_YARD: ReadonlySet<string> = new Set([
  ...['nextFireAt', 'merge', 'missing'],
  ...['recent', 'limits', 'mail', 'escalateTo', 'hops', 'diff'],
])

export const fingerprintOf = (command: AnyCommand): string => finished(fingerprintInSteps(command))

/** Texts are joined up to this length before they are hashed. */
const JOINED = 50_000

/** Of a large import only what each task is called. */
export function* fingerprintInSteps(command: AnyCommand): Steps<string> {
  const hash = createHash('sha256').update(command.type)
  const parts = command.type === 'tasks.import' ? namesOf(command) : jsonOf(command)
  let text = ''
  for (const part of parts) {
    text += part
    if (text.length < JOINED) continue
    hash.update(text)
    text = ''
    yield
  }
  return hash.update(text).digest('base64url').slice(0, 22)
}

function* namesOf({ tasks }: CommandOf<'tasks.import'>): Generator<string> {
  for (const { task } of tasks) yield `\0${task.id ?? ''}\0${task.title}`
}

/** As `JSON.stringify` writes it; a change command by command. */
function* jsonOf(command: AnyCommand): Generator<string> {
  if (command.type !== 'tasks.change') return yield JSON.stringify(command, isOwnField)
  let lead = '{'
  for (const [key, value] of Object.entries(command)) {
    yield `${lead}${JSON.stringify(key)}:`
    lead = ','
    if (key === 'commands') yield* listOf(command.commands)
    else yield JSON.stringify(value)
  }
  yield '}'
}

function* listOf(commands: ChangeTasks['commands']): Generator<string> {
  let lead = '['
  for (const each of commands) {
    yield lead + JSON.stringify(each, isOwnField)
    lead = ','
  }
  yield commands.length === 0 ? '[]' : ']'
}

/**
 * The agent of a claim is a new number each time; so is the run of a job, of which only job and trigger are asked for; and a message has a
 * new id and time.
 */
function isOwnField(this: unknown, key: string, value: unknown): unknown {
  if (typeof this !== 'object' || this === null) return value
  return MADE_BY_YARD.has(key) || isMadeAnew(this, key) ? undefined : value
}

function isMadeAnew(of: object, key: string): boolean {
  if ('executorType' in of) return key === 'agentId'
  if ('trigger' in of && 'job' in of) return key !== 'job' && key !== 'trigger'
  if ('replyTo' in of) return key === 'id' || key === 'at'
  // What is dead of a message is not when that is asked for again.
  if ('dead' in of && 'how' in of) return key === 'dead' || key === 'again'
  return key === 'sending' && 'run' in of
}
