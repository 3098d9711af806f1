/** A worker thread that is restarted when it dies. */
import { Worker } from 'node:worker_threads'
import type { Log } from '../../base/log.ts'
import type { TailReply, TailRequest } from './tail-wire.ts'

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
