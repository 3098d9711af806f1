/** The main thread's end of the tail worker, which does all reading and parsing. */
import { Worker } from 'node:worker_threads'
import { createEmitter } from '../../base/emitter.ts'
import type { Log } from '../../base/log.ts'
import type { AgentId } from '../../domain/ids.ts'
import { EMPTY_SUMMARY } from '../executors/executor.ts'
import type { FinishedOutput, TailedAgent, TailNews, TailReply, TailRequest } from './tail-wire.ts'

export interface Tail {
  /** From the first byte on, also for an agent that has been running for long. A second call is a no-op. */
  follow(agent: TailedAgent): void
  /** Look now: something says that there is output. */
  nudge(agentId: AgentId): void
  /** Reads to the end of the files and lets go of the agent. Always resolves; with an empty summary when the output cannot be read. */
  finish(agent: TailedAgent): Promise<FinishedOutput>
  forget(agentId: AgentId): void
  onNews(listener: (news: TailNews) => void): () => void
  /** Ends the worker; open calls of `finish` resolve empty. */
  close(): Promise<void>
}

const NOTHING: FinishedOutput = { summary: EMPTY_SUMMARY, stderrTail: '', outputBytes: 0 }

interface Pending {
  readonly agent: TailedAgent
  readonly done: Promise<FinishedOutput>
  readonly resolve: (output: FinishedOutput) => void
}

/** `entry`: the file of the worker, `tail-worker.ts` from source or its built twin. */
export function openTail(options: { entry: string | URL; log: Log; intervalMs?: number }): Tail {
  const { entry, log, intervalMs } = options
  const news = createEmitter<TailNews>((error) =>
    log.error('a listener of agent output threw', { error: String(error) }),
  )
  const followed = new Map<AgentId, TailedAgent>()
  const pending = new Map<AgentId, Pending>()
  let isClosed = false

  const settle = (agentId: AgentId, output: FinishedOutput): void => {
    const waiting = pending.get(agentId)
    pending.delete(agentId)
    followed.delete(agentId)
    waiting?.resolve(output)
  }
  const giveUp = (): void => {
    for (const agentId of [...pending.keys()]) settle(agentId, NOTHING)
  }
  const worker = openRestartedWorker(
    { entry, intervalMs, log },
    {
      onReply: (reply) =>
        reply.kind === 'news' ? news.emit(reply.news) : settle(reply.agentId, reply.output),
      whatItMustKnow: () => [
        ...[...followed.values()].map((agent) => ({ kind: 'follow' as const, agent })),
        ...[...pending.values()].map(({ agent }) => ({ kind: 'finish' as const, agent })),
      ],
      onBroken: giveUp,
    },
  )
  const finish = (agent: TailedAgent): Promise<FinishedOutput> => {
    if (isClosed) return Promise.resolve(NOTHING)
    const { promise, resolve } = Promise.withResolvers<FinishedOutput>()
    pending.set(agent.agentId, { agent, done: promise, resolve })
    worker.send({ kind: 'finish', agent })
    return promise
  }
  return {
    follow(agent) {
      if (followed.has(agent.agentId)) return
      followed.set(agent.agentId, agent)
      worker.send({ kind: 'follow', agent })
    },
    nudge: (agentId) => worker.send({ kind: 'nudge', agentId }),
    finish: (agent) => pending.get(agent.agentId)?.done ?? finish(agent),
    forget(agentId) {
      followed.delete(agentId)
      worker.send({ kind: 'forget', agentId })
    },
    onNews: (listener) => news.on(listener),
    async close() {
      isClosed = true
      giveUp()
      await worker.close()
    },
  }
}

// A worker thread that is restarted when it dies.

export interface RestartedWorker {
  send(request: TailRequest): void
  close(): Promise<void>
}

export interface WorkerWatch {
  onReply(reply: TailReply): void
  /** All that a new worker must be told, because the one before took it with it. */
  whatItMustKnow(): readonly TailRequest[]
  /** It died several times in a row; it is not restarted until a message is sent. */
  onBroken(): void
}

/** For a worker to end by itself once it is told to. */
const LEAVE_MS = 5000

/** Deaths in a row, without an answer in between. */
const MAX_DEATHS = 3

export function openRestartedWorker(
  options: { entry: string | URL; intervalMs: number | undefined; log: Log },
  watch: WorkerWatch,
): RestartedWorker {
  const { entry, intervalMs, log } = options
  let worker: Worker | null = null
  let deaths = 0
  let isClosed = false

  const start = (): void => {
    const started = new Worker(entry, {
      workerData: { intervalMs },
      name: 'yard-tail',
      // What it reads is garbage a moment later: a large nursery would only keep more of it around.
      resourceLimits: { maxYoungGenerationSizeMb: 8 },
    })
    started.on('message', (reply: TailReply) => {
      deaths = 0
      watch.onReply(reply)
    })
    started.on('error', (error) => log.error('the tail worker failed', { error: String(error) }))
    started.on('exit', onExit)
    worker = started
    for (const request of watch.whatItMustKnow()) started.postMessage(request)
  }
  const onExit = (): void => {
    worker = null
    if (isClosed) return
    deaths++
    if (deaths <= MAX_DEATHS) start()
    else watch.onBroken()
  }
  start()
  return {
    send(request) {
      if (isClosed) return
      if (worker) worker.postMessage(request)
      else start()
    },
    async close() {
      isClosed = true
      if (worker) await leave(worker)
    },
  }
}

/** A thread that is terminated from outside while another one starts can bring the whole process down (nodejs/node#56312). */
async function leave(worker: Worker): Promise<void> {
  const gone = new Promise((resolve) => worker.once('exit', resolve))
  worker.postMessage({ kind: 'leave' } satisfies TailRequest)
  const timer = setTimeout(() => void worker.terminate(), LEAVE_MS)
  await gone
  clearTimeout(timer)
}
