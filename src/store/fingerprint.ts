/** Tells two commands apart that carry the same id. */
import { createHash } from 'node:crypto'
import type { AnyCommand } from '../domain/command.ts'

/** Fields that the yard makes anew for each request, so that a repeated one differs in them. */
const MADE_BY_YARD: ReadonlySet<string> = new Set(['nextFireAt', 'merge', 'missing'])

/** Of a large import only what each task is called: all of it would hold up the loop. */
export function fingerprintOf(command: AnyCommand): string {
  const hash = createHash('sha256').update(command.type)
  if (command.type === 'tasks.import')
    for (const { task } of command.tasks) hash.update(`\0${task.id ?? ''}\0${task.title}`)
  else hash.update(JSON.stringify(command, isOwnField))
  return hash.digest('base64url').slice(0, 22)
}

/** The agent of a claim is a new number each time. */
function isOwnField(this: unknown, key: string, value: unknown): unknown {
  if (MADE_BY_YARD.has(key)) return undefined
  const isOfClaim = typeof this === 'object' && this !== null && 'executorType' in this
  return key === 'agentId' && isOfClaim ? undefined : value
}
