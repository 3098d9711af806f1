/**
 * The contract over HTTP, one question and one answer at a time. A command calls once or twice and ends: `fetch` and the library take
 * longer to load than its answer takes to come, so both are left out unless an answer needs them (an error, a stream of events).
 */
import { request } from 'node:http'
import type { ContractRouterClient } from '@orpc/contract'
import type { Contract } from '../contract/contract.ts'

type Client = ContractRouterClient<Contract>

interface CallOptions {
  readonly signal?: AbortSignal | undefined
}

/** Answered event by event. */
export const STREAMED: readonly string[] = ['/service/follow', '/page/importText']

/** Opens no connection before the first call and keeps none that would hold the process. */
export function createHttpClient(url: string, token: string): Client {
  const base = new URL('/rpc', url).href
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const call = async (
    path: readonly string[],
    input: unknown,
    options: CallOptions = {},
  ): Promise<unknown> => {
    const name = path.map((part) => `/${encodeURIComponent(part)}`).join('')
    if (STREAMED.includes(name)) return callStream({ url: base, token, path, input, ...options })
    const body = JSON.stringify({ json: input })
    return resultOf(await post(base + name, { headers, body, signal: options.signal }))
  }
  // The names below it are those of the contract; TypeScript sees to that.
  return nodeOf([], call) as Client
}

type Call = (path: readonly string[], input: unknown, options?: CallOptions) => Promise<unknown>

/** `client.task.list(input)`: each name a node, and each node a call. */
function nodeOf(path: readonly string[], call: Call): object {
  const ask = (input?: unknown, options?: CallOptions) => call(path, input, options)
  return new Proxy(ask, {
    get: (target, name) =>
      // Whoever awaits a client asks it whether it is a promise.
      typeof name !== 'string' || name === 'then'
        ? Reflect.get(target, name)
        : nodeOf([...path, name], call),
  })
}

interface Question {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly signal: AbortSignal | undefined
}

interface Answer {
  readonly status: number
  readonly text: string
}

async function post(url: string, question: Question): Promise<Answer> {
  const { signal } = question
  signal?.throwIfAborted()
  try {
    return await exchange(url, question)
  } catch (cause) {
    signal?.throwIfAborted()
    throw new TypeError('fetch failed', { cause })
  }
}

const exchange = (url: string, { headers, body, signal }: Question): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const options = { method: 'POST', headers, ...(signal ? { signal } : {}) }
    const asked = request(url, options, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (text += chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
      response.on('error', reject)
    })
    asked.on('error', reject)
    asked.end(body)
  })

/** Plain JSON is taken as it is; what says more of itself is for the library. */
async function resultOf({ status, text }: Answer): Promise<unknown> {
  const body: unknown = orUndefined(text)
  const isPlain =
    status < 400 && typeof body === 'object' && body !== null && !('meta' in body && hasItems(body))
  if (isPlain) return 'json' in body ? body.json : undefined
  const { StandardRPCJsonSerializer, StandardRPCLinkCodec, StandardRPCSerializer } =
    await import('@orpc/client/standard')
  const serializer = new StandardRPCSerializer(new StandardRPCJsonSerializer())
  const codec = new StandardRPCLinkCodec(serializer, { url: 'http://localhost' })
  return codec.decode({ status, headers: {}, body: async () => parsed(text) })
}

const hasItems = ({ meta }: { readonly meta?: unknown }): boolean =>
  !Array.isArray(meta) || meta.length > 0

const parsed = (text: string): unknown => (text === '' ? undefined : JSON.parse(text))

function orUndefined(text: string): unknown {
  try {
    return parsed(text)
  } catch {
    return undefined // the library says so in its own error
  }
}

interface StreamCall extends CallOptions {
  readonly url: string
  readonly token: string
  readonly path: readonly string[]
  readonly input: unknown
}

async function callStream({ url, token, path, input, signal }: StreamCall): Promise<unknown> {
  const { RPCLink } = await import('@orpc/client/fetch')
  const link = new RPCLink({ url, headers: () => ({ authorization: `Bearer ${token}` }) })
  return link.call([...path], input, { context: {}, ...(signal ? { signal } : {}) })
}
