/** How the coordinator asks for changes of state: as everybody does, through dispatch. Refusals are logged, never thrown. */
import type { Result } from '../base/result.ts'
import type { Command, Reply } from '../domain/command.ts'
import type { Failure } from '../domain/failure.ts'
import type { CoordinatorParts } from './ports.ts'

export type Send = (command: Command) => Promise<Result<Reply, Failure>>

const BY = { kind: 'coordinator' } as const

export function createSend({
  dispatcher,
  log,
}: Pick<CoordinatorParts, 'dispatcher' | 'log'>): Send {
  return async (command) => {
    const reply = await dispatcher.dispatch(command, BY)
    if (!reply.ok && reply.error.kind !== 'read-only')
      log.warn('a command of the coordinator was refused', {
        type: command.type,
        why: reply.error.message,
      })
    return reply
  }
}
