/** The main thread's end of the forecast worker. It is started when first asked, and let go when nobody has asked for a while. */
import { Worker } from 'node:worker_threads'
import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { failure, type Failure } from '../../domain/failure.ts'
import type { Forecast, ForecastOrder } from '../../judging/forecast/compute.ts'
import type { WorkerReply, WorkerRequest } from './forecast-worker.ts'

export interface ForecastThread {
  /** One at a time is computed, in the order in which they were asked for. `internal` when the worker ends before it answers. */
  compute(order: ForecastOrder): Promise<Result<Forecast, Failure>>
  close(): Promise<void>
}

interface ThreadParts {
  /** The file of the worker, `forecast-worker.ts` from source or its built twin. */
  readonly entry: string | URL
  readonly clock: Clock
  readonly log: Log
}

/** It holds some tens of megabytes, and starts in a blink. */
const IDLE_MS = 120_000
/** For a worker to end by itself once it is told to. */
const LEAVE_MS = 5000

type Settle = (result: Result<Forecast, Failure>) => void

export function openForecastThread({ entry, clock, log }: ThreadParts): ForecastThread {
  const waiting = new Map<number, Settle>()
  const isOver = new Int32Array(new SharedArrayBuffer(4))
  let worker: Worker | null = null
  let cancelIdle = (): void => {}
  let last = 0
  let isClosed = false

  const giveUp = (text: string): void => {
    for (const settle of waiting.values()) settle(err(failure('internal', text)))
    waiting.clear()
  }
  const restIfIdle = (): void => {
    cancelIdle()
    if (waiting.size === 0) cancelIdle = clock.after(IDLE_MS, () => void leave())
  }
  const onReply = (reply: WorkerReply): void => {
    const settle = waiting.get(reply.number)
    waiting.delete(reply.number)
    settle?.(
      'forecast' in reply
        ? ok(reply.forecast)
        : err(failure('internal', `the forecast failed: ${reply.problem}`)),
    )
    restIfIdle()
  }
  const start = (): Worker => {
    const started = new Worker(entry, { workerData: { isOver }, name: 'yard-forecast' })
    started.on('message', onReply)
    started.on('error', (error) => {
      log.error('the forecast worker failed', { error: String(error) })
    })
    started.on('exit', () => {
      if (worker !== started) return
      worker = null
      giveUp('the forecast ended before it was done')
    })
    return started
  }
  /** A thread that is terminated from outside while another one starts can bring the whole process down (nodejs/node#56312). */
  const leave = async (): Promise<void> => {
    cancelIdle()
    const leaving = worker
    worker = null
    if (!leaving) return
    const gone = new Promise((resolve) => leaving.once('exit', resolve))
    leaving.postMessage({ kind: 'leave' } satisfies WorkerRequest)
    const timer = setTimeout(() => void leaving.terminate(), LEAVE_MS)
    await gone
    clearTimeout(timer)
  }
  return {
    compute(order) {
      if (isClosed) return Promise.resolve(err(failure('locked', 'this yard is being closed')))
      cancelIdle()
      worker ??= start()
      const { promise, resolve } = Promise.withResolvers<Result<Forecast, Failure>>()
      const number = (last += 1)
      waiting.set(number, resolve)
      worker.postMessage(
        { kind: 'compute', number, order } satisfies WorkerRequest,
        buffersOf(order),
      )
      return promise
    },
    async close() {
      isClosed = true
      Atomics.store(isOver, 0, 1)
      giveUp('this yard is being closed')
      await leave()
    },
  }
}

/** Handed over, not copied. */
const buffersOf = ({ tasks, tries, edges, judgementMs }: ForecastOrder): ArrayBuffer[] =>
  [...Object.values(tasks), ...Object.values(tries), edges, judgementMs].flatMap(({ buffer }) =>
    buffer instanceof ArrayBuffer ? [buffer] : [],
  )
