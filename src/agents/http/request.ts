/**
 * One request to a service, and its whole answer within bounds. Never throws. Redirects are followed to the same origin only,
 * and the addresses where clouds keep credentials are reached only by a URL that names them.
 */
import { lookup, type LookupAddress, type LookupAllOptions } from 'node:dns'
import { request as plainRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as secureRequest } from 'node:https'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import { err, ok, type Result } from '../../base/result.ts'

export interface HttpRequest {
  readonly url: URL
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export type HttpAnswer =
  | {
      readonly kind: 'answered'
      readonly status: number
      readonly headers: Readonly<Record<string, string | string[] | undefined>>
      readonly body: string
    }
  /** No answer that can be trusted to be whole: refused, dropped, a bad certificate. */
  | { readonly kind: 'no-answer'; readonly reason: string }
  /** Asking again would end in the same way. */
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'aborted' }

const MAX_BODY = 1_000_000
const MAX_REDIRECTS = 5

/** Metadata services of clouds: link-local, and the two that are not. */
const METADATA = new BlockList()
METADATA.addSubnet('169.254.0.0', 16)
METADATA.addSubnet('fe80::', 10, 'ipv6')
METADATA.addAddress('fd00:ec2::254', 'ipv6')
METADATA.addAddress('100.100.100.200')

/** All addresses of a name, as `dns.lookup` gives them. */
export type ResolveName = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: Error | null, addresses: LookupAddress[]) => void,
) => void

export async function sendRequest(
  wish: HttpRequest,
  signal: AbortSignal,
  resolveName: ResolveName = lookup,
): Promise<HttpAnswer> {
  let { url } = wish
  for (let redirects = 0; ; redirects += 1) {
    const answer = await sendOnce({ ...wish, url }, signal, resolveName)
    if (answer.kind !== 'answered' || answer.status < 300 || answer.status > 399) return answer
    const next = nextOf(answer, url)
    if (!next.ok) return refusedAnswer(next.error)
    if (redirects >= MAX_REDIRECTS) return refusedAnswer('it redirects in a cycle')
    url = next.value
  }
}

/** Where the same request goes next; or why it goes nowhere. */
function nextOf(answer: Extract<HttpAnswer, { kind: 'answered' }>, url: URL): Result<URL, string> {
  const { status } = answer
  const target = targetOf(answer, url)
  if (target === null || target.origin !== url.origin)
    return err(
      `it answered ${status}, a redirect to ${target?.origin ?? 'nowhere'}, which is not followed`,
    )
  return status === 307 || status === 308
    ? ok(target)
    : err(`it answered ${status}: a task is not sent on as another request`)
}

const refusedAnswer = (reason: string): HttpAnswer => ({ kind: 'refused', reason })

function targetOf(answer: Extract<HttpAnswer, { kind: 'answered' }>, base: URL): URL | null {
  const { location } = answer.headers
  return typeof location === 'string' ? URL.parse(location, base.href) : null
}

function sendOnce(
  wish: HttpRequest,
  signal: AbortSignal,
  resolveName: ResolveName,
): Promise<HttpAnswer> {
  if (signal.aborted) return Promise.resolve({ kind: 'aborted' })
  return new Promise((resolve) => {
    const { url, method } = wish
    const body = Buffer.from(wish.body)
    const options: RequestOptions = {
      method,
      headers: { ...wish.headers, 'content-length': body.length },
      ...(isNamed(url) ? {} : { lookup: carefulLookup(resolveName) }),
      signal,
      agent: false,
    }
    const send = url.protocol === 'https:' ? secureRequest : plainRequest
    const fail = (error: Error & { code?: string }): void =>
      resolve(
        signal.aborted
          ? { kind: 'aborted' }
          : error instanceof MetadataAddress
            ? refusedAnswer(error.message)
            : { kind: 'no-answer', reason: reasonOf(error) },
      )
    const request = send(url, options, (response) => {
      response.on('error', fail)
      readBody(response, resolve)
    })
    request.on('error', fail)
    request.on('upgrade', (_response, socket) => {
      socket.destroy()
      resolve(refusedAnswer('it answered 101: a task is not sent over another protocol'))
    })
    // After all that can be told: a connection that ends in silence is no answer.
    request.on('close', () => fail(new Error('the connection was closed without an answer')))
    request.end(body)
  })
}

function readBody(response: IncomingMessage, resolve: (answer: HttpAnswer) => void): void {
  const pieces: Buffer[] = []
  let size = 0
  response.on('data', (piece: Buffer) => {
    size += piece.length
    if (size <= MAX_BODY) return void pieces.push(piece)
    resolve(refusedAnswer(`its answer is longer than ${MAX_BODY / 1_000_000} MB`))
    response.destroy()
  })
  response.on('end', () =>
    resolve({
      kind: 'answered',
      status: response.statusCode ?? 0,
      headers: response.headers,
      body: Buffer.concat(pieces).toString('utf8'),
    }),
  )
}

class MetadataAddress extends Error {}

const isMetadata = (address: string): boolean =>
  METADATA.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')

/** By its number; then nothing is looked up and the person has seen where it goes. */
const isNamed = (url: URL): boolean => isIP(url.hostname.replace(/^\[|\]$/g, '')) !== 0

/** Asked for at the moment of the connection, so that a name cannot mean one address when checked and another when used. */
const carefulLookup =
  (resolveName: ResolveName): LookupFunction =>
  (hostname, options, callback) => {
    resolveName(hostname, { ...options, all: true }, (error, addresses) => {
      const bad = addresses?.find(({ address }) => isMetadata(address))
      const problem = error ?? (bad ? new MetadataAddress(metadataWords(hostname, bad)) : null)
      const [first] = addresses ?? []
      if (problem || !first) return callback(problem ?? new Error('it has no address'), '')
      if (options.all) return callback(null, addresses)
      return callback(null, first.address, first.family)
    })
  }

const metadataWords = (hostname: string, { address }: LookupAddress): string =>
  `${hostname} means ${address}, where clouds keep credentials; name the address itself if that is meant`

function reasonOf(error: Error & { code?: string }): string {
  switch (error.code) {
    case 'ECONNREFUSED':
      return 'the connection was refused'
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'its name was not found'
    case 'ECONNRESET':
      return 'the connection was dropped'
    default:
      return error.message === '' ? (error.code ?? 'no answer') : error.message
  }
}
