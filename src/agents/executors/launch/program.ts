/** Finds the program of a profile: its `command` (binary and leading arguments) or the CLI's usual name. */
import { isAbsolute } from 'node:path'
import { err, ok, type Result } from '../../../base/result.ts'
import { workFailure, type WorkFailure } from '../../../domain/failure.ts'
import type { Profile } from '../../../domain/settings.ts'
import { missingKey } from './endpoint.ts'
import type { LaunchInput, PilotInput } from '../executor.ts'

/** The program, once it is sure that its key is there. */
export function findAgentCli(
  input: LaunchInput,
  usualName: string,
): Result<readonly [string, ...string[]], WorkFailure> {
  const missing = missingKey(input.order.profile, input.inheritedEnv)
  return missing ? err(missing) : findProgram(input, usualName)
}

/** The conversation to go on with; null where there is none to be passed on safely. */
export const resumedOf = ({ order }: Pick<LaunchInput, 'order'>): string | null =>
  order.resume && isConversationId(order.resume.id) ? order.resume.id : null

/** The program as a terminal is to find it by itself. */
export function programOf(profile: Profile, usualName: string): readonly [string, ...string[]] {
  const [name = usualName, ...leading] = profile.command ?? []
  return [name, ...leading]
}

/** What a person's CLI is told first: the prompt itself stands in no argument. */
export const firstWords = ({ promptFile }: PilotInput): string =>
  `Read ${promptFile} and do what it says.`

export function findProgram(
  input: LaunchInput,
  usualName: string,
): Result<readonly [string, ...string[]], WorkFailure> {
  const [name = usualName, ...leading] = input.order.profile.command ?? []
  const path = input.which(name)
  if (path === null) {
    const reason = `${name} was not found: install it, or name its binary in executors.${input.order.profile.name}.command`
    // A relative path is one in the agent's own folder: waiting for it to be installed leads nowhere.
    const isOwn = /[/\\]/.test(name) && !isAbsolute(name)
    return err(workFailure(isOwn ? 'launch' : 'missing-program', reason))
  }
  return ok([path, ...leading])
}

/** A CLI's own id for a conversation is passed on only in a shape that no CLI can take for an option. */
const isConversationId = (id: string): boolean => /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/.test(id)
