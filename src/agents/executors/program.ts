/** Finds the program of a profile: its `command` (binary and leading arguments) or the CLI's usual name. */
import { err, ok, type Result } from '../../base/result.ts'
import { workFailure, type WorkFailure } from '../../domain/failure.ts'
import type { LaunchInput } from './executor.ts'

export function findProgram(
  input: LaunchInput,
  usualName: string,
): Result<readonly [string, ...string[]], WorkFailure> {
  const [name = usualName, ...leading] = input.order.profile.command ?? []
  const path = input.which(name)
  if (path === null) {
    const reason = `${name} was not found: install it, or name its binary in executors.${input.order.profile.name}.command`
    return err(workFailure('missing-program', reason))
  }
  return ok([path, ...leading])
}

/** A CLI's own id for a conversation is passed on only in a shape that no CLI can take for an option. */
export const isConversationId = (id: string): boolean =>
  /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/.test(id)
