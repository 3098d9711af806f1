/** The main thread's end of the tail worker, which does all reading and parsing. */
import { Worker } from 'node:worker_threads'
import { createEmitter } from '../../base/emitter.ts'
import type { Log } from '../../base/log.ts'
import type { AgentId } from '../../domain/ids.ts'
import { EMPTY_SUMMARY } from '../executors/executor.ts'
import type {
  FinishedOutput,
  TailedAgent,
  TailNews,
  TailReply,
  TailRequest,
} from './followed-output.ts'

export interface Tail {
  /** Starts the worker; else that happens when something is asked of it. */
  warm(): void
  /** From the first byte on, also for an agent that has been running for long. A second call is a no-op. */
  follow(agent: TailedAgent): void
  /** Reads to the end of the files and lets go of the agent. Always resolves; with an empty summary when the output cannot be read. */
  finish(agent: TailedAgent): Promise<FinishedOutput>
  forget(agentId: AgentId): void
  onNews(listener: (news: TailNews) => void): () => void
  /** Ends the worker; open calls of `finish` resolve empty. */
  close(): Promise<void>
}

interface TailOptions {
  /** The file of the worker, `tail-worker.ts` from source or its built twin. */
  readonly entry: string | URL
  readonly log: Log
  readonly intervalMs?: number
}

export const openTail = (options: TailOptions): Tail => new WorkerTail(options)

const NOTHING: FinishedOutput = { summary: EMPTY_SUMMARY, stderrTail: '', outputBytes: 0 }

interface Pending {
  readonly agent: TailedAgent
  readonly done: Promise<FinishedOutput>
  readonly resolve: (output: FinishedOutput) => void
}

/** For a worker to end by itself once it is told to. */
const LEAVE_MS = 5000

/** Deaths in a row, without an answer in between. After these it is not restarted until something is asked of it. */
const MAX_DEATHS = 3

/** A worker that dies is restarted, and told again all that the one before took with it. */
class WorkerTail implements Tail {
  readonly #options: TailOptions
  readonly #news
  readonly #followed = new Map<AgentId, TailedAgent>()
  readonly #pending = new Map<AgentId, Pending>()
  #worker: Worker | null = null
  #deaths = 0
  #isClosed = false

  constructor(options: TailOptions) {
    this.#options = options
    this.#news = createEmitter<TailNews>((error) =>
      options.log.error('a listener of agent output threw', { error: String(error) }),
    )
  }

  warm(): void {
    if (!this.#worker && !this.#isClosed) this.#start()
  }

  follow(agent: TailedAgent): void {
    if (this.#followed.has(agent.agentId)) return
    this.#followed.set(agent.agentId, agent)
    this.#send({ kind: 'follow', agent })
  }

  finish(agent: TailedAgent): Promise<FinishedOutput> {
    const known = this.#pending.get(agent.agentId)
    if (known) return known.done
    if (this.#isClosed) return Promise.resolve(NOTHING)
    const { promise: done, resolve } = Promise.withResolvers<FinishedOutput>()
    this.#pending.set(agent.agentId, { agent, done, resolve })
    this.#send({ kind: 'finish', agent })
    return done
  }

  forget(agentId: AgentId): void {
    this.#followed.delete(agentId)
    this.#worker?.postMessage({ kind: 'forget', agentId } satisfies TailRequest)
  }

  onNews(listener: (news: TailNews) => void): () => void {
    return this.#news.on(listener)
  }

  /** A thread that is terminated from outside while another one starts can bring the whole process down (nodejs/node#56312). */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#giveUp()
    const worker = this.#worker
    if (!worker) return
    const gone = new Promise((resolve) => worker.once('exit', resolve))
    worker.postMessage({ kind: 'leave' } satisfies TailRequest)
    const timer = setTimeout(() => void worker.terminate(), LEAVE_MS)
    await gone
    clearTimeout(timer)
  }

  /** A new worker is told of it as it starts. */
  #send(request: TailRequest): void {
    if (this.#worker) this.#worker.postMessage(request)
    else this.warm()
  }

  #start(): void {
    const { entry, intervalMs, log } = this.#options
    const worker = new Worker(entry, {
      workerData: { intervalMs },
      name: 'yard-tail',
      // What it reads is garbage a moment later: a large nursery would only keep more of it around.
      resourceLimits: { maxYoungGenerationSizeMb: 8 },
    })
    worker.on('message', (reply: TailReply) => this.#onReply(reply))
    worker.on('error', (error) => log.error('the tail worker failed', { error: String(error) }))
    worker.on('exit', () => this.#onExit())
    this.#worker = worker
    const requests: TailRequest[] = [
      ...[...this.#followed.values()].map((agent) => ({ kind: 'follow' as const, agent })),
      ...[...this.#pending.values()].map(({ agent }) => ({ kind: 'finish' as const, agent })),
    ]
    for (const request of requests) worker.postMessage(request)
  }

  #onReply(reply: TailReply): void {
    this.#deaths = 0
    if (reply.kind === 'news') this.#news.emit(reply.news)
    else this.#settle(reply.agentId, reply.output)
  }

  #onExit(): void {
    this.#worker = null
    if (this.#isClosed) return
    this.#deaths += 1
    if (this.#deaths <= MAX_DEATHS) this.#start()
    else this.#giveUp()
  }

  #settle(agentId: AgentId, output: FinishedOutput): void {
    const waiting = this.#pending.get(agentId)
    this.#pending.delete(agentId)
    this.#followed.delete(agentId)
    waiting?.resolve(output)
  }

  #giveUp(): void {
    for (const agentId of [...this.#pending.keys()]) this.#settle(agentId, NOTHING)
  }
}
