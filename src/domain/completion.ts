/** The completion table: what an agent's end means, from what it said, how it exited, what its CLI concluded and what work is there. */
import { workFailure, type WorkFailure } from './failure.ts'
import type { Agent, KeptEvidence, Outcome } from './agent.ts'
import type { Conflict } from './landing.ts'
import { printsPlainText } from './settings.ts'

export interface LastWord {
  readonly ok: boolean
  readonly text: string | null
  /** Its answer as JSON that its CLI has checked against the schema that was asked for; absent = it gave none. */
  readonly structured?: unknown
}

/** What is known about an agent's end. Gathered by the runtime, judged here. */
export interface Evidence {
  /** exited: `exit` holds. reported: its word is all that there is, and `failure` says how it failed. lost: it is gone and left no exit. never-ran: fenced out before it began. not-launched: `failure` says why. */
  readonly how: 'exited' | 'reported' | 'lost' | 'never-ran' | 'not-launched'
  readonly exit: { readonly code: number | null; readonly signal: string | null } | null
  /** The CLI's own last word; null when it gave none. `expected` = this kind of CLI always gives one when it ends well. */
  readonly final: LastWord | null
  readonly finalExpected: boolean
  /** Read from the CLI's structured events, or the reason that the launch failed. */
  readonly failure: WorkFailure | null
  /** Changes in the worktree or folder, an artifact, or a tool call that changes things. `unknown` where that cannot be determined. */
  readonly work: 'found' | 'none' | 'unknown'
  /** It wrote a log line of its own through the yard. Absent = no. */
  readonly hasLogged?: boolean
  /** The task has a deliverable, or is in mode full in a worktree. */
  readonly needsWork: boolean
  readonly missingDeliverables: readonly string[]
  /** A git operation that was left in the middle of its worktree (`merge`, `rebase` …). */
  readonly unfinished: string | null
  readonly verify: { readonly code: number; readonly tail: string } | null
  /** Lines of `[evaluation.checks]` that were run after it; absent = none were. */
  readonly checks?: KeptEvidence['checks']
  /** Why it could not begin: the work that it builds on does not merge. */
  readonly conflict?: Conflict
}

/** Of an end of which nothing else is known. */
export const bareEvidence = (how: Evidence['how'], more: Partial<Evidence> = {}): Evidence => ({
  how,
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

/** What of it is kept with the agent. */
export const keptEvidence = ({
  how,
  exit,
  work,
  unfinished,
  missingDeliverables: missing,
  verify,
  checks = [],
}: Evidence): KeptEvidence => ({
  how,
  exit,
  work,
  unfinished,
  missing: [...missing],
  verify,
  checks,
})

/** A check that gates says nothing of the work: it was stopped, or not run at all. */
export const isUnchecked = ({ checks = [] }: Pick<Evidence, 'checks'>): boolean =>
  checks.some(({ gates, isCut }) => gates && isCut === true)

export interface Verdict {
  readonly outcome: Extract<Outcome, 'done' | 'failed' | 'lost'>
  readonly failure: WorkFailure | null
  /** Its end says nothing about the task: try again at once and count no attempt. */
  readonly isFree: boolean
}

const done: Verdict = { outcome: 'done', failure: null, isFree: false }
const failed = (failure: WorkFailure): Verdict => ({ outcome: 'failed', failure, isFree: false })

/** Pure and total. The order of the questions is the table. */
export function judge(evidence: Evidence, report: Agent['report'], executorType: string): Verdict {
  if (evidence.how === 'never-ran')
    return {
      outcome: 'lost',
      failure: workFailure('lost', 'it never began: its start was fenced out'),
      isFree: true,
    }
  if (evidence.how === 'not-launched')
    return failed(evidence.failure ?? workFailure('launch', 'it could not be started'))
  if (report?.kind === 'fail') return failed(report.failure)
  if (evidence.how === 'reported')
    return evidence.failure ? failed(evidence.failure) : checkWork(evidence, report)
  const bad = badEnd(evidence, report, executorType)
  if (bad) return bad
  return checkWork(evidence, report)
}

/** A structured failure, a loss or an exit that is no success; null when it ended cleanly. */
function badEnd(evidence: Evidence, report: Agent['report'], executorType: string): Verdict | null {
  const said = report?.kind === 'done'
  if (evidence.how === 'lost') {
    if (said) return null
    return {
      outcome: 'lost',
      failure:
        evidence.failure?.class === 'lost'
          ? evidence.failure
          : workFailure('lost', 'it vanished without leaving an exit code'),
      isFree: false,
    }
  }
  return said && executorType !== 'shell' ? null : badExit(evidence, executorType)
}

/** It ran to an end of its own: what its exit code and its CLI's last word say. */
function badExit(evidence: Evidence, executorType: string): Verdict | null {
  const { failure, final, finalExpected } = evidence
  const code = exitOf(evidence).exitCode
  const isError = final !== null && !final.ok
  if (isError || (code !== 0 && failure)) return failed(failure ?? crash(evidence, lastWord(final)))
  if (code !== 0) return failed(exitFailure(evidence, executorType))
  if (finalExpected && final === null) return failed(failure ?? crash(evidence, NO_FINAL))
  return null
}

const CLI_ERROR = 'its CLI ended with an error'
const NO_FINAL = 'it exited with 0 but never gave a final result'
const lastWord = (final: Evidence['final']): string => final?.text?.slice(0, 300) ?? CLI_ERROR
const crash = (evidence: Evidence, reason: string): WorkFailure =>
  workFailure('crash', reason, exitOf(evidence))

function exitFailure(evidence: Evidence, executorType: string): WorkFailure {
  const { exitCode, signal } = exitOf(evidence)
  const failureClass = printsPlainText(executorType) ? 'exit' : 'crash'
  const missing = exitCode === 127 && executorType !== 'shell'
  const reason = signal ? `it was ended by ${signal}` : `it exited with ${exitCode ?? 'no code'}`
  return workFailure(
    missing ? 'missing-program' : failureClass,
    missing ? 'its program was not found (exit 127)' : reason,
    {
      exitCode,
      signal,
      detail: evidence.failure?.detail ?? null,
    },
  )
}

const exitOf = (evidence: Evidence) => ({
  exitCode: evidence.exit?.code ?? null,
  signal: evidence.exit?.signal ?? null,
})

function checkWork(evidence: Evidence, report: Agent['report']): Verdict {
  if (evidence.unfinished !== null)
    return failed(
      workFailure('no-work', `it ended with a ${evidence.unfinished} unfinished in its worktree`),
    )
  if (evidence.missingDeliverables.length > 0)
    return failed(
      workFailure(
        'no-work',
        `it ended well but these are missing: ${evidence.missingDeliverables.join(', ')}`,
      ),
    )
  const missing = report?.kind === 'done' ? null : missingWork(evidence)
  if (missing !== null) return failed(workFailure('no-work', missing))
  if (evidence.verify && evidence.verify.code !== 0)
    return failed(
      workFailure('verify', `its verify command exited with ${evidence.verify.code}`, {
        exitCode: evidence.verify.code,
        detail: evidence.verify.tail,
      }),
    )
  return done
}

/** Without an explicit report, work must be there; where no change is owed, an answer or a log line of its own is enough. */
function missingWork(evidence: Evidence): string | null {
  const { needsWork, work, final, finalExpected, hasLogged = false } = evidence
  if (needsWork && work === 'none') return 'it ended well but changed nothing and reported nothing'
  const isMute = finalExpected && !final?.text?.trim() && !hasLogged && work !== 'found'
  return isMute ? 'it ended well but said nothing and changed nothing' : null
}

/** It was the yard that ended it after its report: how its program took that says nothing. */
export const withoutExit = (evidence: Evidence): Evidence =>
  evidence.exit === null ? evidence : { ...evidence, exit: { code: 0, signal: null } }

/** A file's date may be a tick older than the clock. */
const DATE_TICK_MS = 20

/** It had ended by itself when the stop was asked for, which was not known yet; what that stop cut short (its verify command) does not count. */
export function endedBeforeStop(
  state: Agent['state'],
  { evidence, endedAt }: { readonly evidence: Evidence; readonly endedAt: number },
): boolean {
  if (state.kind !== 'stopping' || evidence.how !== 'exited') return false
  const isBySignal = evidence.exit?.signal != null
  const isVerified = evidence.verify === null || evidence.verify.code === 0
  return !isBySignal && isVerified && !isUnchecked(evidence) && endedAt + DATE_TICK_MS < state.since
}
