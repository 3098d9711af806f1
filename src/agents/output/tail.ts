/** The main thread's end of the tail worker. The worker does all reading and parsing; a worker that dies is started again. */
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
/** A worker that dies so often without an answer in between is left alone until somebody asks for something. */
const MAX_DEATHS = 3

interface Pending {
  readonly agent: TailedAgent
  readonly done: Promise<FinishedOutput>
  readonly resolve: (output: FinishedOutput) => void
}

/** `entry`: the file of the worker, `tail-worker.ts` from source or its built twin. */
export function openTail(options: { entry: string | URL; log: Log; intervalMs?: number }): Tail {
  const { entry, log, intervalMs } = options
  const news = createEmitter<TailNews>((error) =>
    log.error('a listener of agent output threw', { error }),
  )
  const followed = new Map<AgentId, TailedAgent>()
  const pending = new Map<AgentId, Pending>()
  let deaths = 0
  let isClosed = false
  let worker: Worker | null = start()

  function start(): Worker {
    const started = new Worker(entry, { workerData: { intervalMs }, name: 'yard-tail' })
    started.on('message', onReply)
    started.on('error', (error) => log.error('the tail worker failed', { error: String(error) }))
    started.on('exit', onExit)
    return started
  }
  function send(request: TailRequest): void {
    if (isClosed) return
    if (worker) worker.postMessage(request)
    else restart()
  }
  /** Tells a new worker all that the old one knew. */
  function restart(): void {
    worker = start()
    for (const agent of followed.values()) worker.postMessage({ kind: 'follow', agent })
    for (const { agent } of pending.values()) worker.postMessage({ kind: 'finish', agent })
  }
  function onReply(reply: TailReply): void {
    deaths = 0
    if (reply.kind === 'news') news.emit(reply.news)
    else settle(reply.agentId, reply.output)
  }
  function settle(agentId: AgentId, output: FinishedOutput): void {
    const waiting = pending.get(agentId)
    pending.delete(agentId)
    followed.delete(agentId)
    waiting?.resolve(output)
  }
  function onExit(): void {
    if (isClosed) return
    deaths++
    worker = null
    if (deaths <= MAX_DEATHS) return restart()
    for (const agentId of [...pending.keys()]) settle(agentId, NOTHING)
  }
  return {
    follow(agent) {
      if (followed.has(agent.agentId)) return
      followed.set(agent.agentId, agent)
      send({ kind: 'follow', agent })
    },
    nudge: (agentId) => send({ kind: 'nudge', agentId }),
    finish(agent) {
      const known = pending.get(agent.agentId)
      if (known) return known.done
      if (isClosed) return Promise.resolve(NOTHING)
      const { promise, resolve } = Promise.withResolvers<FinishedOutput>()
      pending.set(agent.agentId, { agent, done: promise, resolve })
      send({ kind: 'finish', agent })
      return promise
    },
    forget(agentId) {
      followed.delete(agentId)
      send({ kind: 'forget', agentId })
    },
    onNews: (listener) => news.on(listener),
    async close() {
      isClosed = true
      for (const agentId of [...pending.keys()]) settle(agentId, NOTHING)
      await worker?.terminate()
    },
  }
}
