/** Entry of the worker thread that reads what agents print. */
import { parentPort, workerData } from 'node:worker_threads'
import { invariant } from '../base/result.ts'
import type { TailRequest } from './output/followed-output.ts'
import { createTailer } from './output/tailer.ts'

invariant(parentPort, 'the tail worker is started as a thread')
const port = parentPort
const { intervalMs }: { intervalMs: number | undefined } = workerData
const tailer = createTailer((reply) => port.postMessage(reply), intervalMs)
port.on('message', (request: TailRequest) => {
  if (request.kind === 'leave') port.close()
  else tailer.onRequest(request)
})
port.on('close', () => tailer.close())
