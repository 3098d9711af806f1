/**
 * Runs agents that are services: each task is sent once and again until somebody has taken it, with one idempotency key, and
 * ends by the answer, by a callback or by its time limit. Nothing of it is a process, so a later owner goes by the folder.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Clock } from '../../base/clock.ts'
import { createEmitter } from '../../base/emitter.ts'
import type { Log } from '../../base/log.ts'
import type { Agent } from '../../domain/agent.ts'
import type { Evidence } from '../../domain/completion.ts'
import { errorText } from '../../base/text.ts'
import type {
  Artifact,
  LaunchOrder,
  LeftProcess,
  LiveFacts,
  Runtime,
  RuntimeReport,
} from '../../domain/executor.ts'
import { workFailure, type WorkFailure } from '../../domain/failure.ts'
import { formatDuration } from '../../domain/format.ts'
import type { AgentId } from '../../domain/ids.ts'
import type { Environment } from '../executors/executor.ts'
import { folderFailure } from '../runtime/stages/launch-stage.ts'
import type { sendRequest } from './request.ts'
import {
  answerOf,
  meaningOf,
  pauseOf,
  plainAddress,
  readExchange,
  redact,
  reported,
  secretsOf,
  stopped,
  taskRequest,
  unlaunched,
  unreachable,
  writeExchange,
  type Callback,
  type Meaning,
} from './task-request.ts'

export interface HttpRuntimeOptions {
  /** The folder that holds `.yard`; deliverables are looked for here. */
  readonly root: string
  /** `.yard/agents`. */
  readonly agents: string
  readonly clock: Clock
  readonly log: Log
  readonly env: Environment
  /** False in a process that only settles what has ended: nothing is sent. */
  readonly sends: boolean
  /** Read at each sending. */
  callbackOf(agent: Agent): Callback
  /** False once its end is saved, by a report of its own too. */
  isLiving(id: AgentId): boolean
  /** While the yard is paused nothing is handed out that nobody has taken yet. */
  isPaused(): boolean
  /** 0 ≤ x < 1. */
  random(): number
  readonly send?: typeof sendRequest
}

/** What it needs of Node takes a while to load, and most yards never send anything. */
const sendLate: typeof sendRequest = async (...wish) =>
  (await import('./request.ts')).sendRequest(...wish)

interface Held {
  readonly order: LaunchOrder
  readonly folder: string
  readonly abort: AbortController
  startedAt: number
  heardAt: number
  isAccepted: boolean
  /** One line: what it waits for. */
  doing: string
  /** Monotonic instant since which its service has not taken it; null before the first refusal. */
  failingSince: number | null
  /** Why, as it was last reported; null = nothing was. */
  failing: string | null
  cancelPause: (() => void) | null
}

type News = Parameters<Parameters<Runtime['onReport']>[0]>

/** How soon a resumed yard is noticed. */
const LOOK_MS = 1000
const NOTE_AGAIN_MS = 5000
/** A known wait for an answer or a callback never ends before the agent's own limit does. */
const NO_LIMIT_MS = 30 * 24 * 3_600_000

export const createHttpRuntime = (options: HttpRuntimeOptions): Runtime => new HttpRuntime(options)

class HttpRuntime implements Runtime {
  readonly #options: HttpRuntimeOptions
  readonly #held = new Map<AgentId, Held>()
  readonly #news
  #isClosed = false

  constructor(options: HttpRuntimeOptions) {
    this.#options = options
    this.#news = createEmitter<News>((error) =>
      options.log.error('a listener of reports threw', { error: String(error) }),
    )
  }

  launch(order: LaunchOrder): void {
    if (this.#isClosed || this.#held.has(order.agent.id)) return
    const one = this.#hold(order)
    const folderProblem = this.#begin(one)
    if (folderProblem) return this.#end(one, unlaunched(folderProblem))
    void this.#exchange(one)
  }

  async recover(orders: readonly LaunchOrder[]): Promise<void> {
    for (const order of orders) {
      const { agent } = order
      if (this.#held.has(agent.id)) continue
      const one = this.#hold(order)
      one.startedAt = agent.startedAt ?? one.startedAt
      const known = readExchange(one.folder)
      one.isAccepted =
        known?.phase === 'accepted' &&
        known.agent === agent.id &&
        known.generation === agent.generation
      if (one.isAccepted) one.doing = CALLBACK
      if (agent.state.kind === 'stopping') this.#end(one, stopped())
      // Kept by an earlier program, which ended it only now.
      else if (agent.report !== null) this.#end(one, reported(null))
      else if (one.isAccepted || !this.#options.sends) this.#report(one, this.#started(one))
      // Whether it was taken is not known: the same key tells the service that it is the same task.
      else this.#again(one)
    }
  }

  stop(agentId: AgentId): void {
    const one = this.#held.get(agentId)
    if (one) this.#end(one, stopped())
  }

  isHolding(agentId: AgentId): boolean {
    return this.#held.has(agentId)
  }

  endLeftovers(): Promise<readonly LeftProcess[]> {
    return Promise.resolve([])
  }

  facts(agentId: AgentId): LiveFacts | null {
    const one = this.#held.get(agentId)
    if (!one) return null
    return {
      lastHeardAt: one.heardAt,
      outputBytes: 0,
      isBusy: false,
      // Its time limit ends it, not its silence: a service need not speak while it works.
      waitsForProviderUntil: one.startedAt + (one.order.agent.timeoutMs ?? NO_LIMIT_MS),
      doing: one.doing,
    }
  }

  measure(): ReturnType<Runtime['measure']> {
    return Promise.resolve(new Map())
  }

  /** Those that have ended by their own word are over without a report. */
  look(): Promise<void> {
    for (const [id, one] of this.#held) if (!this.#options.isLiving(id)) this.#letGo(one)
    return Promise.resolve()
  }
  onReport(listener: (...news: News) => void): () => void {
    return this.#news.on((news) => listener(...news))
  }
  close(): Promise<void> {
    this.#isClosed = true
    for (const one of this.#held.values()) this.#letGo(one)
    return Promise.resolve()
  }

  #hold(order: LaunchOrder): Held {
    const now = this.#options.clock.now()
    const one: Held = {
      order,
      folder: join(this.#options.agents, order.agent.id),
      abort: new AbortController(),
      startedAt: now,
      heardAt: now,
      isAccepted: false,
      doing: 'sends its task',
      failingSince: null,
      failing: null,
      cancelPause: null,
    }
    this.#held.set(order.agent.id, one)
    return one
  }

  /** Its folder, with what is to be sent on record before it is; a failure when that cannot be written. */
  #begin(one: Held): WorkFailure | null {
    const { agent, profile } = one.order
    try {
      mkdirSync(one.folder, { recursive: true, mode: 0o700 })
      const record = {
        version: 1,
        agent: agent.id,
        task: agent.taskId,
        generation: agent.generation,
        executor: agent.executor,
        executorType: agent.executorType,
        method: profile.method,
        url: plainAddress(profile.url),
        headers: Object.keys(profile.headers),
        at: new Date(this.#options.clock.now()).toISOString(),
      }
      const text = `${JSON.stringify(record, null, 2)}\n`
      writeFileSync(join(one.folder, 'launch.json'), text)
      this.#note(one, 'sending')
      return null
    } catch (error) {
      return folderFailure(error)
    }
  }

  #note(one: Held, phase: 'sending' | 'accepted'): void {
    const { id: agent, generation } = one.order.agent
    writeExchange(one.folder, { agent, generation, phase, since: this.#options.clock.now() })
  }

  #again(one: Held): void {
    // It was begun once: a note that cannot be written now is no reason to give up what a service may have taken.
    const problem = this.#begin(one)
    if (problem) this.#options.log.warn('an agent could not be noted', { problem: problem.reason })
    // An earlier owner may have reported that it was not taken.
    one.failing = ''
    void this.#exchange(one)
  }

  async #exchange(one: Held): Promise<void> {
    this.#report(one, this.#started(one))
    try {
      await this.#sendUntilTaken(one)
    } catch (error) {
      const why = errorText(error)
      this.#options.log.error('sending a task failed', { agent: one.order.agent.id, error: why })
      this.#end(one, reported(workFailure('crash', `it could not be sent: ${why}`)))
    }
  }

  async #sendUntilTaken(one: Held): Promise<void> {
    const { clock, env, callbackOf, random, send = sendLate } = this.#options
    for (let tries = 0; this.#isHeld(one); tries += 1) {
      await this.#untilResumed(one)
      if (!this.#isHeld(one)) return
      const callback = callbackOf(one.order.agent)
      const wish = taskRequest(one.order, callback, env)
      if (!wish.ok) return this.#end(one, unlaunched(wish.error))
      one.doing = tries === 0 ? 'sends its task' : `sends its task, try ${tries + 1}`
      const answer = await send(wish.value, one.abort.signal)
      if (answer.kind === 'aborted' || !this.#isHeld(one)) return
      const secrets = secretsOf(wish.value, [callback.token, ...hiddenHeaders(one.order, env)])
      const meaning = redact(meaningOf(answer, clock.now()), secrets)
      if (meaning.kind !== 'again') return this.#take(one, meaning)
      one.failingSince ??= clock.monotonic()
      one.doing = `waits to send again: ${meaning.reason}`
      this.#reportFailing(one, meaning.reason)
      const leftMs = this.#leftMs(one)
      const pauseMs = pauseOf(tries, meaning.afterMs, random())
      await this.#pause(one, Math.min(pauseMs, leftMs))
      // Else it is asked again first: this process may have stood still, and a service may be well by now.
      const isOver = pauseMs >= leftMs
      if (isOver && this.#isHeld(one))
        return this.#end(one, reported(unreachable(one.order.profile, meaning.reason, tries + 1)))
    }
  }

  #leftMs({ failingSince, order }: Held): number {
    const { clock } = this.#options
    return order.profile.giveUpMs - (clock.monotonic() - (failingSince ?? clock.monotonic()))
  }

  #reportFailing(one: Held, why: string): void {
    if (one.failing === why) return
    one.failing = why
    const { task, profile } = one.order
    const giveUp = formatDuration(profile.giveUpMs)
    const reason = `the service of task ${task.id} does not take it (${why}); it is asked again for ${giveUp} (executors.${profile.name}.give_up)`
    this.#report(one, { kind: 'unreachable', reason })
  }

  #take(one: Held, meaning: Exclude<Meaning, { kind: 'again' }>): void {
    one.heardAt = this.#options.clock.now()
    switch (meaning.kind) {
      case 'done':
        return this.#end(one, reported(null, meaning.text), meaning.artifacts)
      case 'failed':
        return this.#end(one, reported(meaning.failure))
      case 'accepted':
        one.isAccepted = true
        one.doing = CALLBACK
        this.#noteAccepted(one)
        if (one.failing !== null) this.#report(one, { kind: 'unreachable', reason: null })
        return this.#report(one, { kind: 'heard', at: one.heardAt })
    }
  }

  async #untilResumed(one: Held): Promise<void> {
    const { clock, isPaused } = this.#options
    const from = clock.monotonic()
    while (this.#isHeld(one) && isPaused()) {
      one.doing = 'waits to be sent: the yard is paused'
      await this.#pause(one, LOOK_MS)
    }
    // Nobody was asked meanwhile.
    if (one.failingSince !== null) one.failingSince += clock.monotonic() - from
  }

  /** It is taken whatever the disk says; only a later owner that cannot read it would send it again, under the same key. */
  #noteAccepted(one: Held): void {
    try {
      this.#note(one, 'accepted')
    } catch (error) {
      const about = { agent: one.order.agent.id, error: String(error) }
      this.#options.log.warn('a taken task could not be noted; tried again', about)
      one.cancelPause = this.#options.clock.after(NOTE_AGAIN_MS, () => {
        one.cancelPause = null
        if (this.#isHeld(one)) this.#noteAccepted(one)
      })
    }
  }

  #pause(one: Held, ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const cancel = this.#options.clock.after(ms, () => {
      one.cancelPause = null
      resolve()
    })
    one.cancelPause = () => {
      cancel()
      resolve()
    }
    return promise
  }

  #isHeld(one: Held): boolean {
    const { id } = one.order.agent
    return !this.#isClosed && this.#held.get(id) === one && this.#options.isLiving(id)
  }

  #started(one: Held): RuntimeReport {
    return { kind: 'started', at: one.startedAt, pid: null, pidStartTime: null }
  }

  #letGo(one: Held): void {
    this.#held.delete(one.order.agent.id)
    one.abort.abort()
    one.cancelPause?.()
  }

  #end(one: Held, evidence: Evidence, artifacts: readonly Artifact[] = []): void {
    const at = Math.max(one.startedAt, this.#options.clock.now())
    const { task } = one.order
    const base = task.repo ?? this.#options.root
    const missingDeliverables = task.deliverables.filter((path) => !existsSync(resolve(base, path)))
    this.#letGo(one)
    this.#report(one, {
      kind: 'ended',
      at,
      evidence: { ...evidence, missingDeliverables },
      usage: null,
      conversation: null,
      changes: null,
      artifacts: [...artifacts, ...answerOf(evidence)],
    })
  }

  #report(one: Held, report: RuntimeReport): void {
    if (this.#isClosed) return
    const { id, generation } = one.order.agent
    this.#news.emit([id, generation, report])
  }
}

/** Those that came from variables of the owner's. */
const hiddenHeaders = ({ profile }: LaunchOrder, env: Environment): (string | undefined)[] =>
  Object.values(profile.headers).map((value) =>
    typeof value === 'string' ? undefined : env[value.from],
  )

const CALLBACK = 'waits for its callback'
