/** How an agent stands, in the words and colours of the window, and what it does, in a line. */
import type { AgentView, TaskCard } from '../../contract/view.ts'
import { isHeldUp, VERDICTS, type WorkFailure } from '../../domain/failure.ts'
import { lastLines } from '../../domain/failure.ts'
import { durationText } from '../../domain/format.ts'
import type { TryOutcome } from '../../domain/agent.ts'
import type { ShownState } from '../../domain/graph/shown-state.ts'
import { clock, date, plural, weekdayClock, capital } from '../ui/format.ts'

export interface AgentLook {
  /** The state whose lamp and colours it wears. */
  readonly state: ShownState
  readonly word: string
}

/** So long without a word makes it worth a look. It is advice: nothing is done about it here. */
export const SILENT_AFTER_MS = 120_000

/** ms since a working agent was last heard; null while that is no news. */
export function silentFor(agent: AgentView, nowMs: number): number | null {
  if (agent.status !== 'working' || isPerson(agent)) return null
  const heardAt = agent.lastHeardAt ?? agent.startedAt
  const silentMs = heardAt === null ? 0 : nowMs - Date.parse(heardAt)
  return silentMs >= SILENT_AFTER_MS ? silentMs : null
}

/** In the hands of a person, or of somebody else's program: no place of ours, and nothing to kill. */
export const isPerson = ({ by, executorType }: Pick<AgentView, 'by' | 'executorType'>): boolean =>
  by !== 'process' || executorType === 'manual'

/** Without a time nobody is said to be silent. */
export function lookOf(agent: AgentView, nowMs = -Infinity): AgentLook {
  switch (agent.status) {
    case 'claimed':
    case 'starting':
      return { state: 'in-progress', word: 'Starting' }
    case 'stopping':
      return { state: 'in-progress', word: 'Stopping' }
    case 'ended':
      if (isHeldUp(agent)) return endedLook('held-up')
      return questionOf(agent) === null
        ? endedLook(agent.outcome ?? 'lost', isAsleep(agent))
        : endedLook('asked')
    case 'working': {
      const silentMs = silentFor(agent, nowMs)
      const word = isPerson(agent) ? 'Claimed' : 'Working'
      return {
        state: 'in-progress',
        word: silentMs === null ? word : `Silent ${Math.floor(silentMs / 60_000)}m`,
      }
    }
  }
}

/** What an agent asked by its end, for a person to answer: no failure of its own. Null = it ended by something else, or lives. */
export const questionOf = ({ status, outcome, failure }: AgentView): string | null =>
  status === 'ended' && outcome === 'failed' && failure?.class === 'question'
    ? failure.reason
    : null

const ENDS: Readonly<Record<TryOutcome, AgentLook>> = {
  done: { state: 'done', word: 'Done' },
  asked: { state: 'waiting', word: 'Asked' },
  'held-up': { state: 'blocked', word: 'Held up' },
  failed: { state: 'failed', word: 'Failed' },
  lost: { state: 'failed', word: 'Lost' },
  refused: { state: 'failed', word: 'Refused' },
  killed: { state: 'abandoned', word: 'Killed' },
  superseded: { state: 'abandoned', word: 'Superseded' },
}

export const endedLook = (outcome: TryOutcome, isAsleep = false): AgentLook =>
  isAsleep ? { state: 'parked', word: 'Parked' } : ENDS[outcome]

/** Its provider made it end: the task sleeps, and the next agent goes on with the conversation. */
function isAsleep({ failure }: AgentView): boolean {
  const verdict = failure === null ? null : VERDICTS[failure.class]
  return verdict === 'park' || verdict === 'back-off'
}

/** What a model said of an agent's end or silence, or why none did. */
export const triageText = ({
  verdict,
  reason,
}: Pick<NonNullable<AgentView['triage']>, 'verdict' | 'reason'>): string =>
  `${verdict ?? 'no answer'} (${reason})`

export interface Doing {
  /** What kind of act: `Shell`, `Exit 0`. */
  readonly tag: string | null
  readonly text: string
}

/** What it does now, or how it ended. Null when nobody knows. */
export function doingOf(agent: AgentView, nowMs: number): Doing | null {
  if (agent.status === 'ended') return endOf(agent)
  if (silentFor(agent, nowMs) !== null) return { tag: 'Silent', text: childrenOf(agent) }
  if (agent.doing === null) return null
  const act = /^([\w-]{1,20}): (.+)$/s.exec(agent.doing)
  return act ? { tag: act[1] ?? null, text: act[2] ?? '' } : { tag: null, text: agent.doing }
}

/** `2 processes, busy`: a long silence with a busy child is a long build, not a dead agent. */
function childrenOf({ processes, isBusy, doing }: AgentView): string {
  const counted = processes === null ? null : plural(processes, 'process', 'processes')
  const work = isBusy === null ? null : isBusy ? 'busy' : 'nothing busy'
  return [counted, work, doing].filter((word) => word !== null).join(', ')
}

function endOf(agent: AgentView): Doing | null {
  const { outcome, failure, exitCode, changes } = agent
  if (outcome === 'done') {
    const files = changes === null ? '' : plural(changes.filesChanged, 'file')
    if (exitCode === null && files === '') return null
    return { tag: exitCode === null ? 'Reported' : `Exit ${exitCode}`, text: files }
  }
  if (failure === null) return null
  return saidNo(failure) ?? { tag: classWord(failure), text: failure.reason }
}

const classWord = (failure: WorkFailure): string => capital(failure.class.replaceAll('-', ' '))

/** `Exit 3` and the program's last words: there is no room for "it exited with 3" between them. Null for any other failure. */
function saidNo({ reason, exitCode, signal, detail }: WorkFailure): Doing | null {
  const plain = /^it (?:exited with \d+|was ended by \w+)(?:: (.+))?$/s.exec(reason)
  if (!plain || exitCode === null) return null
  return { tag: signal ?? `Exit ${exitCode}`, text: plain[1] ?? lastLines(detail, 1) ?? '' }
}

/** ms of work of an agent that has ended. */
export const tookMs = ({ claimedAt, startedAt, endedAt }: AgentView): number | null =>
  endedAt === null ? null : Math.max(0, Date.parse(endedAt) - Date.parse(startedAt ?? claimedAt))

/** `Try 2 of 3`, as its task counts them; null for an agent that has ended, which its task may not count. */
export function tryText(
  { id, status }: Pick<AgentView, 'id' | 'status'>,
  card: Pick<TaskCard, 'agent' | 'attempts' | 'attemptsAllowed'> | null | undefined,
): string | null {
  if (status === 'ended' || card?.agent !== id || card.attempts === 0) return null
  const { attempts, attemptsAllowed } = card
  return attemptsAllowed === null ? `Try ${attempts}` : `Try ${attempts} of ${attemptsAllowed}`
}

/** `25m` while that is fresh, then the clock, the weekday, the date. */
export function agoText(iso: string, nowMs: number): string {
  const at = Date.parse(iso)
  const ms = Math.max(0, nowMs - at)
  if (ms < 60_000) return durationText(Math.floor(ms / 1000) * 1000 || 1000)
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)}m`
  if (new Date(at).toDateString() === new Date(nowMs).toDateString()) return clock.format(at)
  return (ms < 6 * 86_400_000 ? weekdayClock : date).format(at)
}
