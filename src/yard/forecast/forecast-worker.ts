/** Entry of the worker thread that plays what is left of a graph. */
import { parentPort, workerData } from 'node:worker_threads'
import { errorText } from '../../base/text.ts'
import { invariant } from '../../base/result.ts'
import {
  computeForecast,
  type Forecast,
  type ForecastOrder,
} from '../../judging/forecast/compute.ts'

/** Both ends are this program, so nothing is validated anew. */
export type WorkerRequest =
  | { readonly kind: 'compute'; readonly number: number; readonly order: ForecastOrder }
  | { readonly kind: 'leave' }
export type WorkerReply = { readonly number: number } & (
  { readonly forecast: Forecast } | { readonly problem: string }
)

invariant(parentPort, 'the forecast worker is started as a thread')
const port = parentPort
/** Set from outside while it computes, when it could not read a message. */
const { isOver }: { isOver: Int32Array } = workerData

port.on('message', (request: WorkerRequest) => {
  if (request.kind === 'leave') return port.close()
  const { number, order } = request
  try {
    const forecast = computeForecast(order, () => Atomics.load(isOver, 0) === 1)
    const reply: WorkerReply = { number, forecast }
    port.postMessage(reply, [forecast.starts.buffer, forecast.ends.buffer])
  } catch (error) {
    port.postMessage({ number, problem: errorText(error) } satisfies WorkerReply)
  }
})
