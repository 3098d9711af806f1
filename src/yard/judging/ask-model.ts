/**
 * Asks models, each question as a process of its own beside the agents. A folder per turn says what was sent and what came back, and lets
 * the next owner adopt or read what this one has begun: no turn that was launched is launched again.
 */
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import { errorCode, errorText } from '../../base/text.ts'
import type { ProcessHost } from '../../agents/process/host/process-host.ts'
import { isDiskFull } from '../../agents/process/stage-files.ts'
import { endUnknownAgents } from '../../agents/runtime/stages/old-stages.ts'
import { readStageRecord } from '../../agents/runtime/stages/stage-record.ts'
import { judge as judgeEnd } from '../../domain/completion.ts'
import type { AnswerOrder, LaunchOrder, Runtime, RuntimeReport } from '../../domain/executor.ts'
import { workFailure, type WorkFailure } from '../../domain/failure.ts'
import type { AgentId, TaskId } from '../../domain/ids.ts'
import type { Judge, JudgementId } from '../../domain/judging/evaluation.ts'
import type { Withdrawal } from '../../domain/landing.ts'
import { profileOf } from '../../domain/routing/resolve.ts'
import { isAnswering, type Profile, type Settings } from '../../domain/settings.ts'
import { orderApart } from '../executors/order-apart.ts'
import { pricedRun } from '../spending.ts'
import { isForeign, judgementOf, setForeignAside, turnName, turnNames } from './turn-folder.ts'
import { readReply, type Reply, type PricedReply, writeReply } from './reply-file.ts'

export interface Question extends AnswerOrder {
  readonly id: JudgementId
  /** See `questionKey`. */
  readonly key: string
  /** From 1; no turn of a judgement is asked twice. */
  readonly turn: number
  readonly judge: Judge
  /** As it is sent and kept: secrets are masked already. */
  readonly prompt: string
  readonly timeoutMs: number
}

export interface ModelAsker {
  /**
   * Never throws. The same turn again gives the same reply, after a crash too. Null = not now (the machine is short of something, this
   * owner is closing), or `withdrawn`: then what runs for it is ended, and its reply is only kept.
   */
  ask(question: Question, withdrawn: Withdrawal): Promise<Reply | null>
  /** Ends what an earlier owner began for judgements that are not asked any more; `keyOf`: of its question, null for those. Never rejects. */
  endUnknown(keyOf: (id: JudgementId) => string | null): Promise<void>
  /** What is under way goes on without this owner; nobody is told of it any more. */
  close(): Promise<void>
}

interface AskerParts {
  /** `.yard/judgements`. */
  readonly folder: string
  readonly clock: Clock
  readonly log: Log
  readonly host: ProcessHost
  settings(): Settings
  /** Nobody is asked before a person trusts the yard. */
  mayAsk(): boolean
  /** False while nothing new is launched, as in a yard that is paused. */
  mayBegin(): boolean
  openRuntime(folder: string): Runtime
}

type Ended = Extract<RuntimeReport, { kind: 'ended' }>

/** Between two looks at the processes that are being asked. */
const LOOK_MS = 5000

/** After it a tree that was asked to end is killed. */
const GRACE_MS = 5000

/** A turn that is under way. */
interface Turn {
  readonly question: Question
  readonly order: LaunchOrder
  readonly reply: Promise<Reply | null>
  readonly resolve: (reply: Reply | null) => void
  cancelTimer: () => void
  isLate: boolean
  isWithdrawn: boolean
  /** A stage that nothing ever ran in was left by an earlier owner, and was replaced. */
  isReplaced: boolean
}

export const createModelAsker = (parts: AskerParts): ModelAsker => new Asker(parts)

class Asker implements ModelAsker {
  readonly #parts: AskerParts
  readonly #turns = new Map<string, Turn>()
  #runtime: Runtime | null = null
  #isClosed = false
  #cancelLook: (() => void) | null = null
  /** Nothing takes the folder of what is not ended yet. */
  #ending: Promise<void> = Promise.resolve()

  constructor(parts: AskerParts) {
    this.#parts = parts
  }

  async ask(question: Question, withdrawn: Withdrawal): Promise<Reply | null> {
    const { folder, mayAsk } = this.#parts
    await this.#ending
    if (this.#isClosed || !mayAsk()) return null
    const stage = turnName(question)
    const turn = this.#turns.get(stage)
    if (turn) return this.#follow(turn, withdrawn)
    const own = join(folder, stage)
    if (!this.#setAside(question)) return null
    const isBegun = existsSync(own)
    const known = isBegun ? readReply(own, question.key) : null
    if (withdrawn.aborted && (known || !isBegun)) return null
    if (known) return known
    const order = this.#orderOf(question, own)
    if ('class' in order) return { kind: 'failed', failure: order, usage: null, costSource: null }
    return this.#follow(this.#begin(question, order, isBegun), withdrawn)
  }

  endUnknown(keyOf: Parameters<ModelAsker['endUnknown']>[0]): Promise<void> {
    this.#ending = this.#endAllBut(keyOf)
    return this.#ending
  }

  async #endAllBut(keyOf: Parameters<ModelAsker['endUnknown']>[0]): Promise<void> {
    const { folder, host, log } = this.#parts
    const isKnown = (stage: string): boolean => {
      const key = keyOf(judgementOf(stage))
      return key !== null && !isForeign(join(folder, stage), key)
    }
    try {
      await endUnknownAgents(folder, isKnown, { host, log, names: turnNames(folder) })
    } catch (error) {
      log.warn('what asked for an ended judgement could not be ended', { error: errorText(error) })
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#cancelLook?.()
    for (const turn of this.#turns.values()) this.#settle(turn, null)
    await this.#runtime?.close()
  }

  #follow(turn: Turn, withdrawn: Withdrawal): Promise<Reply | null> {
    const withdraw = (): void => {
      turn.isWithdrawn = true
      this.#stop(turn)
    }
    if (withdrawn.aborted) withdraw()
    else withdrawn.addEventListener('abort', withdraw)
    return turn.reply
  }

  #begin(question: Question, order: LaunchOrder, isBegun: boolean): Turn {
    const { promise: reply, resolve } = Promise.withResolvers<Reply | null>()
    const turn: Turn = {
      question,
      order,
      reply,
      resolve,
      cancelTimer: () => {},
      isLate: false,
      isWithdrawn: false,
      isReplaced: false,
    }
    this.#turns.set(order.agent.id, turn)
    this.#limit(turn, question.timeoutMs)
    this.#lookLater()
    if (isBegun) void this.#runtimeOf().recover([order])
    else this.#runtimeOf().launch(order)
    return turn
  }

  #runtimeOf(): Runtime {
    if (this.#runtime) return this.#runtime
    const { folder, openRuntime } = this.#parts
    this.#runtime = openRuntime(folder)
    this.#runtime.onReport((id, _, report) => {
      const turn = this.#turns.get(id)
      if (!turn) return
      if (report.kind === 'started') this.#onStarted(turn, report.at)
      if (report.kind === 'ended') this.#onEnded(turn, report)
    })
    return this.#runtime
  }

  /** Counted from the start of its process, whoever owned the yard then. */
  #onStarted(turn: Turn, at: number): void {
    const { clock } = this.#parts
    const ranMs = this.#runtimeOf().facts(turn.order.agent.id)?.ranMs
    this.#limit(turn, turn.question.timeoutMs - (ranMs ?? Math.max(0, clock.now() - at)))
    if (turn.isWithdrawn || turn.isLate) this.#stop(turn)
  }

  /** The backstop for notifications that were lost: a process that vanished without a word would be waited for until its time is over. */
  #lookLater(): void {
    if (this.#cancelLook) return
    this.#cancelLook = this.#parts.clock.after(LOOK_MS, () => {
      this.#cancelLook = null
      if (this.#isClosed || this.#turns.size === 0) return
      this.#lookLater()
      void this.#runtimeOf()
        .look()
        .catch((error: unknown) =>
          this.#parts.log.warn('questions could not be looked at', { error: errorText(error) }),
        )
    })
  }

  #limit(turn: Turn, ms: number): void {
    turn.cancelTimer()
    turn.cancelTimer = this.#parts.clock.after(Math.max(0, ms), () => {
      turn.isLate = true
      this.#stop(turn)
    })
  }

  #stop({ order }: Turn): void {
    this.#runtimeOf().stop(order.agent.id, { graceMs: GRACE_MS, force: false })
  }

  #settle(turn: Turn, reply: Reply | null): void {
    turn.cancelTimer()
    this.#turns.delete(turn.order.agent.id)
    turn.resolve(reply)
  }

  #onEnded(turn: Turn, ended: Ended): void {
    const { how, failure } = ended.evidence
    if (how === 'never-ran' && !turn.isReplaced && !turn.isWithdrawn) return this.#replace(turn)
    if (how === 'never-ran' || failure?.class === 'machine-busy') {
      // Recovery has fenced it: whatever was to run there never will, and the next try begins anew.
      if (how === 'never-ran') this.#remove(turn)
      return this.#settle(turn, null)
    }
    const reply = this.#replyOf(turn, ended)
    const isKept = how === 'not-launched' || this.#keep(turn, reply)
    this.#settle(turn, isKept && !turn.isWithdrawn ? reply : null)
  }

  #replace(turn: Turn): void {
    turn.isReplaced = true
    const mayBegin = this.#parts.mayBegin()
    if (!this.#remove(turn) || !mayBegin) return this.#settle(turn, null)
    this.#limit(turn, turn.question.timeoutMs)
    // Not within the report of its end.
    queueMicrotask(() => {
      if (!this.#isClosed) this.#runtimeOf().launch(turn.order)
    })
  }

  /** False while what belongs to another question stands in its place. */
  #setAside(question: Question): boolean {
    const { folder, log } = this.#parts
    try {
      setForeignAside(folder, question)
      return true
    } catch (error) {
      const { id } = question
      log.error('what another question has left could not be set aside', {
        judgement: id,
        error: errorText(error),
      })
      return false
    }
  }

  #remove({ order }: Turn): boolean {
    const own = join(this.#parts.folder, order.agent.id)
    try {
      rmSync(own, { recursive: true, force: true })
      return true
    } catch (error) {
      this.#parts.log.error('a folder of a judgement could not be removed', {
        folder: own,
        error: errorText(error),
      })
      return false
    }
  }

  /** False while the disk is full: it is read again from what its process has left. */
  #keep({ order, question }: Turn, reply: Reply): boolean {
    const own = join(this.#parts.folder, order.agent.id)
    try {
      writeReply(own, question.key, reply)
      return true
    } catch (error) {
      const about = { judgement: order.agent.id, error: errorText(error) }
      this.#parts.log.error('an answer could not be written down', about)
      return !isDiskFull(errorCode(error))
    }
  }

  #replyOf(turn: Turn, ended: Ended): Reply {
    const { evidence, usage: told } = ended
    const { judge, timeoutMs } = turn.question
    const priced: PricedReply = told
      ? pricedRun(this.#parts.settings(), judge, { told })
      : { usage: null, costSource: null }
    const { final } = evidence
    // What was answered counts, however its process ended after that.
    if (final?.ok && (final.structured !== undefined || final.text?.trim())) {
      const { text, structured = null } = final
      return { ...priced, kind: 'answer', text: text ?? '', structured }
    }
    if (turn.isWithdrawn)
      return { ...priced, kind: 'failed', failure: workFailure('killed', 'it was withdrawn') }
    if (turn.isLate) {
      const reason = `no answer within ${Math.round(timeoutMs / 1000)} s`
      return { ...priced, kind: 'failed', failure: workFailure('timeout', reason) }
    }
    const { failure } = judgeEnd(evidence, null, turn.order.profile.type)
    return { ...priced, kind: 'failed', failure: failure ?? workFailure('crash', NO_ANSWER) }
  }

  /** Or why it cannot be asked at all. */
  #orderOf(question: Question, own: string): LaunchOrder | WorkFailure {
    const { clock, settings } = this.#parts
    const { judge, id, prompt, system, schema, timeoutMs } = question
    const record = readStageRecord(own)
    const startedAt = record ? Date.parse(record.at) : null
    const profile =
      profileOf(settings(), judge.executor) ??
      (record ? profileOf(settings(), record.executorType) : null)
    if (!profile) return workFailure('launch', `there is no executor "${judge.executor}" any more`)
    const unfit = whyNotAnswering(profile)
    if (unfit !== null) return workFailure('launch', unfit)
    const order = orderApart({
      settings: settings(),
      profile,
      // Its folder is named so, and nothing else reads it.
      id: turnName(question) as AgentId,
      now: clock.now(),
      // Neither is a task of the plan.
      taskId: question.key as TaskId,
      task: { title: `Judgement ${id}`, mode: 'bare' },
      model: {
        model: judge.model,
        modelId: judge.modelId,
        provenance: { executor: judge.provenance, model: judge.provenance },
        timeoutMs,
      },
    })
    return {
      ...order,
      agent: { ...order.agent, startedAt },
      task: { ...order.task, description: prompt },
      answer: { system, schema },
    }
  }
}

const NO_ANSWER = 'it ended without an answer'

/** Null where a model stands behind it. */
const whyNotAnswering = ({ name, type }: Pick<Profile, 'name' | 'type'>): string | null =>
  isAnswering(type)
    ? null
    : `executor "${name}" (${type}) cannot be asked: no model stands behind it`
