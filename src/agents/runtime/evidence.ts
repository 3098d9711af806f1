/** Gathers the evidence of an agent's end: output, changes found, deliverables, and the result of the verify command. */
import { isStanding } from '../../domain/messages/standing.ts'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { errorCode, errorText } from '../../base/text.ts'
import type { Agent, Changes, KeptEvidence } from '../../domain/agent.ts'
import { bareEvidence, judge, type Evidence } from '../../domain/completion.ts'
import type { Artifact, RuntimeReport } from '../../domain/executor.ts'
import { workFailure } from '../../domain/failure.ts'
import type { CheckSettings } from '../../domain/judging/judging-settings.ts'
import { isTriaged, mayBeTriaged } from '../../domain/judging/triage.ts'
import type { Merging } from '../../domain/landing.ts'
import { plainText } from '../../domain/output.ts'
import { printsPlainText } from '../../domain/settings.ts'
import { EMPTY_SUMMARY, type OutputSummary } from '../executors/executor.ts'
import { executorOf } from '../executors/registry.ts'
import { attempted, valueOf } from '../git/git-failure.ts'
import type { GitGuard } from '../git/git-guard.ts'
import { markedFiles } from '../git/landing/merge-tree.ts'
import { holdsBoth } from '../git/landing/settled-merge.ts'
import { openRepository, recordSettings, type Repository } from '../git/repository.ts'
import { collectResult, type CollectedWork } from '../git/worktree/collect.ts'
import { isDiskFull, type ExitRecord } from '../process/stage-files.ts'
import {
  outputTailOf,
  runCheck,
  runVerify,
  UNCHECKED,
  UNVERIFIED,
  type LineStages,
} from './stages/line-stage.ts'
import { readStageRecord } from './stages/stage-record.ts'
import { tailedAgent, type LocalRuntimeOptions, type TrackedAgent } from './tracked-agent.ts'
import { folderOf, resultRefOf, type NoWorkdir } from './workdir.ts'

type Ended = Extract<RuntimeReport, { kind: 'ended' }>

/** How the process ended, as the process layer reports it. */
export type ObservedEnd =
  | { readonly kind: 'exited'; readonly exit: ExitRecord }
  | { readonly kind: 'lost'; readonly isFolderGone: boolean }
  | { readonly kind: 'never-ran' }

const COLLECT_TRIES = 3

export function endedUnlaunched(failure: Evidence['failure'], at: number): Ended {
  return ended(bareEvidence('not-launched', { failure }), at)
}

/** It could not be given a working directory. */
export const endedWithoutWorkdir = ({ failure, conflict }: NoWorkdir, at: number): Ended =>
  ended(bareEvidence('not-launched', { failure, ...(conflict ? { conflict } : {}) }), at)

export const neverRan = (at: number): Ended => ended(bareEvidence('never-ran'), at)

/** Nothing of it can be read any more: `lost` where its start is recorded. */
export const endedUnseen = ({ pid }: Pick<Agent, 'pid'>, at: number): Ended =>
  pid === null ? neverRan(at) : ended(bareEvidence('lost'), at)

const ended = (evidence: Evidence, at: number): Ended => ({
  kind: 'ended',
  at,
  evidence,
  usage: null,
  conversation: null,
  changes: null,
  artifacts: [],
})

type Verify = (tracked: TrackedAgent, line: string) => Promise<{ code: number; tail: string }>
/** Null = it was stopped before its end. */
type Check = (
  tracked: TrackedAgent,
  check: CheckSettings,
) => Promise<{ code: number; tail: string } | null>

interface Gathering {
  readonly options: LocalRuntimeOptions
  readonly guard: GitGuard
  readonly verify: Verify
  readonly check: Check
}

/** After so many failed attempts its task must not wait any longer. */
const MAX_SETTLE_TRIES = 5

/** The report of its end. Rejects where a later attempt may succeed: always while the disk is full, else (a lock) for some attempts. */
export async function settledEnd(
  tracked: TrackedAgent,
  observed: ObservedEnd,
  parts: Pick<Gathering, 'options' | 'guard'> & { readonly stages: LineStages },
): Promise<Ended> {
  const { options, guard, stages } = parts
  tracked.settleTries += 1
  try {
    const verify: Verify = (one, line) => runVerify(one, line, stages, options)
    const check: Check = (one, line) => runCheck(one, line, stages, options)
    return await gatherEvidence(tracked, observed, { options, guard, verify, check })
  } catch (error) {
    if (tracked.settleTries < MAX_SETTLE_TRIES || isForLackOfSpace(error, tracked.folder))
      throw error
    const why = `its end could not be read: ${errorText(error)}`
    return endedUnlaunched(workFailure('crash', why), options.clock.now())
  }
}

async function gatherEvidence(
  tracked: TrackedAgent,
  observed: ObservedEnd,
  { options, guard, verify, check }: Gathering,
): Promise<Ended> {
  // File times are coarser than the clock: an end must not lie before its start.
  const at =
    observed.kind === 'exited'
      ? Math.max(tracked.startedAt, observed.exit.endedAt)
      : options.clock.now()
  if (observed.kind === 'never-ran') return neverRan(at)
  const summary = await summaryOf(tracked, observed, options)
  const found = await attempted(() => collect(tracked, options, guard))
  // A lock may be temporary: the end is settled later, and given up only after several attempts.
  if (!found.ok) {
    const { message } = found.error
    const error = new Error(message, { cause: found.error })
    if (tracked.settleTries < COLLECT_TRIES || isForLackOfSpace(error, tracked.folder)) throw error
    const why = `its work could not be collected: ${message}`
    return endedUnlaunched(workFailure('isolation', why), at)
  }
  const collected = found.value
  const bare = evidenceOf(tracked, observed, { summary, collected, root: options.root })
  // It counts for one that owes an answer; nobody asks the store for the others.
  const first = { ...bare, hasLogged: bare.finalExpected && options.hasLogged(tracked.order.agent) }
  return {
    kind: 'ended',
    at,
    evidence: await withChecks(
      tracked,
      await withVerify(tracked, first, options, verify),
      options,
      check,
    ),
    usage: summary.usage,
    conversation: summary.conversation,
    changes: collected && changesOf(collected),
    artifacts: artifactsOf(tracked, summary),
  }
}

/** Nothing of the agent's work is lost, so its end waits for as long as the disk is full. A command that failed to run gives no reason. */
function isForLackOfSpace(error: unknown, folder: string): boolean {
  const { cause = null } = error instanceof Error ? error : {}
  if (typeof cause === 'object' && cause !== null && 'problem' in cause)
    return cause.problem === 'disk-full'
  return isDiskFull(errorCode(error)) || !hasSpace(folder)
}

function hasSpace(folder: string): boolean {
  const file = join(folder, 'room')
  try {
    writeFileSync(file, Buffer.alloc(16_384, 1))
    return true
  } catch (error) {
    return !isDiskFull(errorCode(error))
  } finally {
    rmSync(file, { force: true })
  }
}

interface Found {
  readonly summary: OutputSummary
  readonly collected: CollectedWork | null
  readonly root: string
}

/** In a worktree of its own, and no turn of a member, which may answer and nothing else. A shell line is done when its exit code says so: a test run changes nothing, and that is its work. */
const owesChanges = ({ workplace, order: { task, profile } }: TrackedAgent): boolean =>
  workplace?.branch != null &&
  (task.mode ?? 'full') === 'full' &&
  profile.type !== 'shell' &&
  !isStanding(task.id)

function evidenceOf(
  tracked: TrackedAgent,
  observed: Exclude<ObservedEnd, { kind: 'never-ran' }>,
  found: Found,
): Evidence {
  const { task, profile } = tracked.order
  const { summary, collected } = found
  const cwd = tracked.workplace?.cwd ?? folderOf(tracked.order, found.root)
  const hasDeliverables = task.deliverables.length > 0
  return {
    how: observed.kind,
    exit: 'exit' in observed ? { code: observed.exit.code, signal: observed.exit.signal } : null,
    final: summary.final,
    finalExpected: executorOf(profile.type)?.givesFinal ?? false,
    failure: summary.failure ?? folderGone(tracked, observed),
    work: workFound(profile.type, summary, collected, hasDeliverables),
    needsWork: hasDeliverables || owesChanges(tracked),
    unfinished: collected?.unfinished ?? null,
    missingDeliverables: task.deliverables.filter((path) => !existsSync(resolve(cwd, path))),
    verify: null,
  }
}

const folderGone = ({ folder }: TrackedAgent, observed: ObservedEnd): Evidence['failure'] =>
  observed.kind === 'lost' && observed.isFolderGone
    ? workFailure('lost', `its folder ${folder} vanished while it ran, and how it ended with it`)
    : null

async function summaryOf(
  tracked: TrackedAgent,
  observed: ObservedEnd,
  options: LocalRuntimeOptions,
): Promise<OutputSummary> {
  // The output in a person's terminal was not recorded.
  if (tracked.order.agent.by === 'pilot')
    return { ...EMPTY_SUMMARY, conversation: readStageRecord(tracked.folder)?.conversation ?? null }
  const { type } = tracked.order.profile
  if (printsPlainText(type)) return summaryOfLine(tracked, observed, options)
  const { summary, stderrTail } = await options.tail.finish(tailedAgent(tracked))
  return withStderrTail(summary, stderrTail, observed)
}

/** A shell task that failed is quoted by the end of its output. */
async function summaryOfLine(
  tracked: TrackedAgent,
  observed: ObservedEnd,
  options: LocalRuntimeOptions,
): Promise<OutputSummary> {
  if (observed.kind === 'exited' && observed.exit.code === 0) return EMPTY_SUMMARY
  options.tail.forget(tracked.order.agent.id)
  const detail = await outputTailOf(tracked.folder)
  const code = observed.kind === 'exited' ? observed.exit.code : null
  if (code === null || detail === '') return EMPTY_SUMMARY
  const signal = observed.kind === 'exited' ? observed.exit.signal : null
  const reason = signal ? `it was ended by ${signal}` : `it exited with ${code}`
  const failure = workFailure('exit', reason, { exitCode: code, signal, detail })
  return { ...EMPTY_SUMMARY, failure }
}

/** A CLI that failed without an error event is quoted by the end of its stderr; its failure stays a crash. */
function withStderrTail(
  summary: OutputSummary,
  stderrTail: string,
  observed: ObservedEnd,
): OutputSummary {
  const code = observed.kind === 'exited' ? observed.exit.code : null
  const words = plainText(stderrTail).trim()
  const isKnown = summary.failure !== null || summary.final !== null
  if (isKnown || code === null || code === 0 || code === 127 || words === '') return summary
  const reason = `it exited with ${code}: ${words.split('\n').at(-1)?.slice(0, 200) ?? ''}`
  return { ...summary, failure: workFailure('crash', reason, { exitCode: code, detail: words }) }
}

/**
 * Throws where git fails. Git's settings are read also where nothing is collected: the agent's changes to them are recorded while it
 * counts as running.
 */
async function collect(
  { order: { task, agent, answer }, workplace }: TrackedAgent,
  options: LocalRuntimeOptions,
  guard: GitGuard,
): Promise<CollectedWork | null> {
  if (answer !== null) return null
  const folder = folderOf({ task }, options.root)
  const { cwd: path = '', branch = null, baseCommit: base = null } = workplace ?? {}
  const tell = (note: string | null): void => {
    if (note !== null) options.log.warn(note, { agent: agent.id, task: task.id })
  }
  if (branch === null || base === null) {
    tell(await recordSettings(folder, guard))
    return null
  }
  const repo = valueOf(await openRepository(folder, guard))
  tell(repo.note)
  const { uncommitted } = options.worktree()
  const resultRef = resultRefOf(agent.id, repo, options.root)
  const words = { agentId: agent.id, taskId: task.id, taskTitle: task.title }
  const request = { repo, path, branch, base, ...words, uncommitted, resultRef }
  const work = valueOf(await collectResult(request))
  return task.merging === null ? work : withMerged(repo, task.merging, work)
}

/** A merge task is done only when its result contains both sides, and none of git's conflict marks. */
async function withMerged(
  { git }: Repository,
  merging: Merging,
  work: CollectedWork,
): Promise<CollectedWork> {
  const { commit, unfinished } = work
  if (commit === null || !(await holdsBoth(git, merging, commit)))
    return { ...work, unfinished: unfinished ?? 'merge' }
  const [first] = await markedFiles(git, merging, commit)
  if (first === undefined) return { ...work, changed: true }
  return { ...work, unfinished: unfinished ?? `merge (with conflict marks in ${first})` }
}

function workFound(
  type: string,
  summary: OutputSummary,
  collected: CollectedWork | null,
  hasDeliverables: boolean,
): Evidence['work'] {
  if (collected) return collected.changed ? 'found' : 'none'
  if (summary.mutatingToolCalls > 0 || hasDeliverables) return 'found'
  return printsPlainText(type) ? 'unknown' : 'none'
}

/** Its task would be done; or a model is asked whether it is, or has said so, and that counts only where all else is well. */
function mayCount(
  { order: { agent, profile }, stop }: TrackedAgent,
  evidence: Evidence,
  { reportOf, triages }: Pick<LocalRuntimeOptions, 'reportOf' | 'triages'>,
): boolean {
  const { outcome, failure } = judge(evidence, reportOf(agent.id), profile.type)
  if (outcome === 'done') return true
  if (evidence.unfinished !== null || evidence.missingDeliverables.length > 0) return false
  if (failure === null || failure.class === 'reported' || !mayBeTriaged(agent)) return false
  // Of one that was stopped, the stop says what its end is, and not its last words.
  if (stop !== null) return stop.keepsResult === true
  return isTriaged(failure.class) && (triages?.() ?? false)
}

/** Verifies only what may count. */
async function withVerify(
  tracked: TrackedAgent,
  first: Evidence,
  options: LocalRuntimeOptions,
  verify: Verify,
): Promise<Evidence> {
  const line = tracked.order.task.verify
  if (line === null) return first
  if (!mayCount(tracked, first, options)) return first
  const isStopped = tracked.stop !== null && !tracked.stop.keepsResult
  return { ...first, verify: isStopped ? UNVERIFIED : await verify(tracked, line) }
}

/** Only where the result is judged; they run where all else is well, before a judge is asked. Those that do not are told, too. */
async function withChecks(
  tracked: TrackedAgent,
  first: Evidence,
  options: LocalRuntimeOptions,
  check: Check,
): Promise<Evidence> {
  const { agent } = tracked.order
  const wanted = options.checksOf?.(agent) ?? []
  if (wanted.length === 0) return first
  const isWorthIt = mayCount(tracked, first, options)
  const isStopped = (): boolean => tracked.stop !== null && !tracked.stop.keepsResult
  const checks: KeptEvidence['checks'] = []
  for (const each of wanted) {
    const { name, gates } = each
    const end = isWorthIt && !isStopped() ? await check(tracked, each) : null
    const isCut = end === null || (end.code !== 0 && isStopped())
    checks.push(
      isCut
        ? { name, ok: false, gates, tail: UNCHECKED, isCut }
        : { name, ok: end.code === 0, gates, tail: end.tail },
    )
  }
  return { ...first, checks }
}

function changesOf(work: CollectedWork): Changes {
  const { commit, filesChanged, insertions, deletions, commits, notes } = work
  return { commit, filesChanged, insertions, deletions, commits, notes: [...notes] }
}

function artifactsOf(tracked: TrackedAgent, summary: OutputSummary): Artifact[] {
  const files = tracked.order.task.deliverables.map((path): Artifact => ({ kind: 'file', path }))
  const text = summary.final?.ok ? (summary.final.text?.trim() ?? '') : ''
  return text === ''
    ? files
    : [...files, { kind: 'text', name: 'answer', text: text.slice(0, 100_000) }]
}
