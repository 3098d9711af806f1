/**
 * The queue of judgements. Level-triggered like all else: what is queued in the plan is asked when there is room in the lane, what was
 * asked is waited for until its end is committed. A crash at any point only means that the same judgement is given to the port again,
 * which asks no turn twice.
 */
import type { Command, Triaged } from '../domain/command.ts'
import { isWanted } from '../domain/decide/decide-judgement.ts'
import { GATE } from '../domain/decide/evaluated.ts'
import { formatDuration } from '../domain/format.ts'
import type { AgentId } from '../domain/ids.ts'
import type { JudgementId } from '../domain/judging/evaluation.ts'
import type {
  JudgeChoice,
  Judgement,
  JudgementReply,
  Postponement,
} from '../domain/judging/judgement.ts'
import type { CommittedBatch } from './dispatch.ts'
import type { CoordinatorParts } from './ports.ts'
import type { Task } from '../domain/task.ts'
import { nextRun, runBeganAt } from './schedules.ts'

const NOT_PAID = { usage: null, costSource: null } as const
const NOT_ASKED = { value: null, ...NOT_PAID } as const

interface Triages {
  /** It lives and has said nothing for too long. */
  isSilent(id: AgentId): boolean
}

export function createJudgements(parts: CoordinatorParts, wake: () => void, { isSilent }: Triages) {
  const { plan, judging, dispatcher, clock, log, startsAgents } = parts
  const underWay = new Map<JudgementId, AbortController>()
  /** Until when judgements of people are waited for. */
  const given = new Map<JudgementId, number>()
  /** Asked by what was committed since they were last given to the port; the queue may be far longer. */
  const asked = new Set<JudgementId>()
  /** Living ones that nobody waits for beyond some instant. */
  const timed = new Set<JudgementId>()
  /** Their asking is sent for; they have a place in the lane already. */
  const choosing = new Set<JudgementId>()
  /** Their end is sent for, so that a round in between does not do it again. */
  const ending = new Set<JudgementId>()
  let nextDueAt: number | null = null
  let mayHaveNew = true
  let isResting = false
  let isDraining = false
  let isFilling = false

  /** Refused or lost, it is asked for again in the next round. */
  const send = async (command: Command): Promise<boolean> => {
    const reply = await dispatcher.dispatch(command, { kind: 'coordinator' })
    if (!reply.ok && reply.error.kind !== 'read-only' && reply.error.kind !== 'locked')
      log.warn('a judgement was refused', { type: command.type, why: reply.error.message })
    if (!reply.ok) isResting = true
    return reply.ok
  }
  const end = (
    judgement: Judgement,
    reply: JudgementReply,
    isCutShort = false,
  ): Promise<boolean> => {
    const { id, taskId, agentId } = judgement
    const task = taskId === null ? undefined : plan.tasks.get(taskId)
    const policy = task ? judging.policyOf(task) : null
    const nextFireAt = task && agentId ? nextRun(task, runBeganAt(plan, task), parts) : null
    const triaged = judgement.purpose === 'triage' && agentId ? { triaged: triagedOf(agentId) } : {}
    const cut = isCutShort ? { isCutShort: true as const } : {}
    const about = { reply, policy, nextFireAt, ...cut }
    return send({ type: 'judgement.end', judgementId: id, ...about, ...triaged })
  }
  /** What its turns have used until now is paid. */
  const endUnanswered = (judgement: Judgement, reason: string, isCutShort = false) => {
    const paid = judging.judge.paidFor?.(judgement) ?? NOT_PAID
    return end(judgement, { ...paid, value: null, reason }, isCutShort)
  }
  const triagedOf = (id: AgentId): Triaged => ({
    agent: plan.agents.get(id) ?? judging.agentOf?.(id) ?? null,
    isSilent: isSilent(id),
  })
  const postpone = ({ id: judgementId }: Judgement, postponement: Postponement) =>
    send({ type: 'judgement.postpone', judgementId, postponement })
  /** Its place in the lane is free with the answer: who is asked next is committed together with the ends of those that answered now. */
  const leaveLane = (id: JudgementId): void => {
    underWay.delete(id)
    ending.add(id)
    if (!isFilling) void fillOnce()
  }
  const fillOnce = async (): Promise<void> => {
    isFilling = true
    // Those that answered at the same time come first.
    await Promise.resolve()
    isFilling = false
    try {
      if (!isResting && dispatcher.readOnly() === null) fill(clock.now())
    } catch {
      // It throws in the next round too, which logs it.
      mayHaveNew = true
      wake()
    }
  }
  const carryOut = async (judgement: Judgement): Promise<void> => {
    const withdrawal = new AbortController()
    underWay.set(judgement.id, withdrawal)
    try {
      const reply = await judging.judge.ask(judgement, withdrawal.signal)
      leaveLane(judgement.id)
      // Not now: asked again by the timer, so that it does not spin the loop.
      if (reply === null) isResting = isResting || !withdrawal.signal.aborted
      else if ('until' in reply) await postpone(judgement, reply)
      else await end(judgement, reply)
    } catch (error) {
      isResting = true
      log.error('a judgement failed', { judgement: judgement.id, error: String(error) })
    } finally {
      underWay.delete(judgement.id)
      ending.delete(judgement.id)
      asked.add(judgement.id)
      mayHaveNew = true
      wake()
    }
  }
  const sendOnce = async (
    sent: Set<JudgementId>,
    id: JudgementId,
    act: () => Promise<unknown>,
  ): Promise<void> => {
    try {
      await act()
    } catch (error) {
      // What it needs could not be read: the timer tries it again.
      isResting = true
      log.error('a judgement failed', { judgement: id, error: String(error) })
    } finally {
      sent.delete(id)
      mayHaveNew = true
      wake()
    }
  }
  const once = (sent: Set<JudgementId>, id: JudgementId, act: () => Promise<unknown>): true => {
    sent.add(id)
    void sendOnce(sent, id, act)
    return true
  }
  const unsentText = (judgement: Queued, now: number): string => {
    if (plan.facts.paused) return 'the yard is paused'
    const choice = judging.judge.choose(judgement, now)
    return choice.kind === 'judge' ? 'judging.lane was full' : choice.reason
  }
  /** False where nobody can be asked yet. */
  const choose = (judgement: Queued, now: number): boolean => {
    const { id } = judgement
    const no = (reason: string): boolean =>
      once(ending, id, () => end(judgement, { ...NOT_ASKED, reason }))
    if (!isWanted(plan, judgement)) return no('its task was settled meanwhile')
    if (isGateOff(judgement)) return no('its gate was turned off')
    const choice = chosen(judging.judge.choose(judgement, now), judgement, now)
    if (choice.kind === 'refuse') return no(choice.reason)
    if (choice.kind === 'judge')
      return once(choosing, id, () =>
        send({ type: 'judgement.ask', judgementId: id, judge: choice.judge }),
      )
    if (choice.until !== null) nextDueAt = Math.min(nextDueAt ?? Infinity, choice.until)
    return false
  }
  const isGateOff = ({ subject, taskId }: Judgement): boolean => {
    const task = taskId === null ? undefined : plan.tasks.get(taskId)
    return subject === 'gate' && !!task && judging.policyOf(task).gate.gate.mode === 'off'
  }
  const mark = (id: JudgementId): void => {
    asked.add(id)
    if (plan.judgements.get(id)?.dueAt === undefined) timed.delete(id)
    else timed.add(id)
  }
  const withdraw = (): void => {
    for (const [id, withdrawal] of underWay) if (!plan.judgements.has(id)) withdrawal.abort()
    for (const id of given.keys()) if (!plan.judgements.has(id)) given.delete(id)
  }
  const giveAsked = (): void => {
    const held = new Set<JudgementId>()
    for (const id of [...asked]) {
      asked.delete(id)
      const judgement = plan.judgements.get(id)
      if (judgement?.state.kind !== 'asked' || isBusy(judgement)) continue
      if (mayGoOn(judgement)) void carryOut(judgement)
      else held.add(id)
    }
    for (const id of held) asked.add(id)
  }
  /** What a crash kept from being sent is new, whatever is committed of it. */
  const mayGoOn = (judgement: Judgement): boolean =>
    !mayBeginNone() || (judging.judge.hasBegun?.(judgement) ?? true)
  const mayBeginNone = (): boolean => isDraining || plan.facts.paused
  const giveAll = (now: number): void => {
    nextDueAt = null
    // A host that only does one command leaves what others asked for to the host that starts agents.
    if (!startsAgents) return
    endOverdue(now)
    giveAsked()
    fill(now)
  }
  const fill = (now: number): void => {
    if (mayBeginNone()) return
    const places = placesNow()
    // What is chosen is sent after this round: nothing leaves the plan meanwhile.
    for (const judgement of queued()) {
      if (places.room <= 0 && places.coming <= 0 && places.unwanted.length === 0) return
      if (places.room > 0) places.room -= choose(judgement, now) ? 1 : 0
      else if (couldBeAsked(judgement, now)) takePlace(places)
    }
  }
  function* queued(): Generator<Queued> {
    for (const rank of RANKS)
      for (const judgement of plan.judgements.values())
        if (isQueued(judgement) && rankOf(judgement) === rank && !isBusy(judgement)) yield judgement
  }
  /** It has the next one that becomes free, or that of a question which nobody waits for. */
  const takePlace = (places: Places): void => {
    if (places.coming > 0) places.coming--
    else giveWay(places.unwanted.pop())
  }
  const placesNow = (): Places => {
    const room = judging.lane() - underWay.size - choosing.size
    const living = [...underWay.keys()].flatMap((id) =>
      ending.has(id) ? [] : (plan.judgements.get(id) ?? []),
    )
    const unwanted = living.filter((judgement) => !isWanted(plan, judgement))
    return { room, coming: underWay.size - living.length, unwanted }
  }
  const couldBeAsked = (judgement: Queued, now: number): boolean =>
    isWanted(plan, judgement) &&
    !isGateOff(judgement) &&
    chosen(judging.judge.choose(judgement, now), judgement, now).kind === 'judge'
  const giveWay = (judgement: Judgement | undefined): void => {
    if (!judgement) return
    const reason = 'its task was settled, and another question needed its place'
    once(ending, judgement.id, () => endUnanswered(judgement, reason, true))
  }
  const isBusy = ({ id }: Judgement): boolean =>
    underWay.has(id) || choosing.has(id) || ending.has(id)
  /** Those for which nobody waits any longer, asked or not. */
  const endOverdue = (now: number): void => {
    for (const id of [...timed]) {
      const judgement = plan.judgements.get(id)
      if (!judgement) timed.delete(id)
      if (!judgement || choosing.has(id) || ending.has(id)) continue
      const dueAt = dueAtOf(judgement, now)
      if (dueAt === null) continue
      if (dueAt > now) nextDueAt = Math.min(nextDueAt ?? Infinity, dueAt)
      else {
        const within = `within ${formatDuration(timeOf(judgement))}`
        const reason =
          isQueued(judgement) && judgement.turn === 1
            ? `it was not sent ${within}: ${unsentText(judgement, now)}`
            : `no answer ${within}`
        once(ending, id, () => endUnanswered(judgement, reason))
      }
    }
  }
  /** What a person asked for while no owner ran has its time from when one does. */
  const dueAtOf = (judgement: Judgement, now: number): number | null => {
    const { id, dueAt, agentId, by } = judgement
    if (dueAt === undefined) return null
    const isByPerson = by !== agentId && by !== 'coordinator'
    if (!isByPerson) return dueAt
    const known = given.get(id) ?? Math.max(dueAt, now + timeOf(judgement))
    given.set(id, dueAt > now ? dueAt : known)
    return given.get(id) ?? dueAt
  }
  return {
    /** A commit: what was asked for anew, and what nobody waits for any more. */
    note(batch: CommittedBatch): void {
      for (const { entity, id } of batch.changes)
        if (entity === 'judgement') mark(id as JudgementId)
      const concerns = batch.changes.some(
        ({ entity }) => entity === 'judgement' || entity === 'yard' || entity === 'breaker',
      )
      const isHeld =
        plan.judgements.size > 0 && batch.changes.some(({ entity }) => entity === 'task')
      if (!concerns && !isHeld) return
      mayHaveNew = true
      withdraw()
    },
    /** Everything anew: at the start and when the settings have changed. */
    reset(): void {
      mayHaveNew = true
      for (const id of plan.judgements.keys()) mark(id)
    },
    /** Gives the port what there is room for. `isRetry`: also what could not be done before. */
    update(now: number, isRetry: boolean): void {
      const isDue = nextDueAt !== null && now >= nextDueAt
      if (isRetry) isResting = false
      if (isResting || (dispatcher.readOnly() !== null && !isRetry)) return
      if (!mayHaveNew && !isRetry && !isDue) return
      mayHaveNew = false
      giveAll(now)
    },
    /** Null also while it rests: then the retry's timer comes first. */
    nextDueAt: (): number | null => (isResting ? null : nextDueAt),
    drain: () => void (isDraining = true),
  }
}

/** In the lane. */
interface Places {
  room: number
  /** Of questions that are being ended. */
  coming: number
  /** What is asked, and nobody waits for any more. */
  readonly unwanted: Judgement[]
}

/** A task waits for it; only its score is wanted; nothing hangs on it. */
const RANKS = [0, 1, 2] as const
function rankOf({ purpose, subject }: Judgement): (typeof RANKS)[number] {
  if (purpose === 'canary') return 2
  return purpose === 'evaluation' && subject !== GATE ? 1 : 0
}

const timeOf = ({ dueAt = 0, queuedAt }: Judgement): number => Math.max(0, dueAt - queuedAt)
/** A provider that refused it is left alone for a while. */
function chosen(choice: JudgeChoice, { state: { notBefore } }: Queued, now: number): JudgeChoice {
  if (choice.kind !== 'judge' || notBefore === null || notBefore <= now) return choice
  return { kind: 'wait', reason: 'it was refused', until: notBefore }
}

type Queued = Judgement & { readonly state: Extract<Judgement['state'], { kind: 'queued' }> }
const isQueued = (judgement: Judgement): judgement is Queued => judgement.state.kind === 'queued'

type CheckParts = Pick<CoordinatorParts, 'plan' | 'judging' | 'startsAgents'>

/** Judges that the yard checks by itself: asked what a person has scored, before anything hangs on their word. Looked at when the settings change, a task brings a gate, and at every poll: a check that must wait has hours. */
export function createChecks({ plan, judging, startsAgents }: CheckParts) {
  let mayHaveNew = true
  let isDraining = false
  return {
    note({ changes }: CommittedBatch): void {
      mayHaveNew ||= changes.some(
        (change) =>
          change.entity === 'yard' ||
          (change.entity === 'task' && gateOf(change.after) !== gateOf(change.before)),
      )
    },
    reset: () => void (mayHaveNew = true),
    commands(now: number, isRetry: boolean): Command[] {
      if (!startsAgents || isDraining || plan.facts.paused || (!mayHaveNew && !isRetry)) return []
      const issues = judging.judgeIssues?.(now) ?? []
      mayHaveNew = false
      return issues.flatMap(({ isDue, executor, model, canaries }) =>
        isDue ? { type: 'evaluator.check', executor, model, canaries } : [],
      )
    },
    drain: () => void (isDraining = true),
  }
}

const gateOf = (task: Task | null | undefined): string | null => task?.gate ?? null
