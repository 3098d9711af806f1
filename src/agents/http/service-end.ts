/** What is known of the end of an agent that is a service. */
import { bareEvidence, type Evidence } from '../../domain/completion.ts'
import { formatDuration } from '../../domain/format.ts'
import type { Artifact } from '../../domain/executor.ts'
import { workFailure, type WorkFailure } from '../../domain/failure.ts'
import type { Profile } from '../../domain/settings.ts'

/** What a service answers in words is its result, as an agent's final answer is. */
export const answerOf = ({ final }: Evidence): readonly Artifact[] =>
  final?.ok && final.text ? [{ kind: 'text', name: 'Answer', text: final.text }] : []

/** It did not take its task for so long. */
export const unreachable = (
  { giveUpMs }: Pick<Profile, 'giveUpMs'>,
  why: string,
  tries: number,
): WorkFailure =>
  workFailure(
    'unreachable',
    `its service did not take it within ${formatDuration(giveUpMs)}: ${why} (asked ${tries} ${tries === 1 ? 'time' : 'times'})`,
  )

/** Its word is all that there is. */
export const reported = (failure: WorkFailure | null, text: string | null = null): Evidence =>
  bareEvidence('reported', {
    final: text === null ? null : { ok: failure === null, text },
    failure,
  })

export const stopped = (): Evidence =>
  bareEvidence('exited', { exit: { code: null, signal: 'SIGTERM' } })

export const unlaunched = (why: string | WorkFailure): Evidence =>
  bareEvidence('not-launched', {
    failure: typeof why === 'string' ? workFailure('launch', why) : why,
  })
