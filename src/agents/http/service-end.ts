/** What is known of the end of an agent that is a service. */
import type { Evidence } from '../../domain/completion.ts'
import { formatDuration } from '../../domain/duration.ts'
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

const evidenceOf = (more: Partial<Evidence>): Evidence => ({
  how: 'exited',
  exit: null,
  final: null,
  finalExpected: false,
  failure: null,
  work: 'unknown',
  needsWork: false,
  missingDeliverables: [],
  unfinished: null,
  verify: null,
  ...more,
})

export const exited = (
  ok: boolean,
  failure: WorkFailure | null = null,
  text: string | null = null,
) =>
  evidenceOf({
    exit: { code: ok ? 0 : 1, signal: null },
    final: { ok, text },
    failure,
  })

export const stopped = (): Evidence => evidenceOf({ exit: { code: null, signal: 'SIGTERM' } })

export const unlaunched = (why: string | WorkFailure): Evidence =>
  evidenceOf({
    how: 'not-launched',
    failure: typeof why === 'string' ? workFailure('launch', why) : why,
  })
