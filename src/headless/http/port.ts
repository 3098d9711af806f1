/** The port is kept from one owner to the next, so that agents that outlive an owner find the new one at the old address. */
import { readFileSync } from 'node:fs'
import type { Server } from 'node:http'
import { err, ok, type Result } from '../../base/result.ts'
import { replaceFile } from '../../files/replace-file.ts'
import { failure, type Failure } from '../../domain/failure.ts'

export function readSavedPort(file: string): number | null {
  try {
    const port = Number(readFileSync(file, 'utf8').trim())
    return Number.isInteger(port) && port > 0 && port < 65_536 ? port : null
  } catch {
    return null // the first time here
  }
}

export const savePort = (file: string, port: number): void => replaceFile(file, `${port}\n`)

/** A port that somebody asked for must be free; the kept one is only a wish. */
export async function listen(
  server: Server,
  host: string,
  ports: { readonly asked: number | null; readonly kept: number | null },
): Promise<Result<number, Failure>> {
  const first = await tryListen(server, host, ports.asked ?? ports.kept ?? 0)
  if (first.ok || ports.asked !== null || ports.kept === null) return first
  return tryListen(server, host, 0)
}

function tryListen(server: Server, host: string, port: number): Promise<Result<number, Failure>> {
  return new Promise((resolve) => {
    const onError = (error: NodeJS.ErrnoException): void => {
      server.off('listening', onListening)
      resolve(err(listenFailure(error, host, port)))
    }
    const onListening = (): void => {
      server.off('error', onError)
      const address = server.address()
      resolve(ok(typeof address === 'object' && address ? address.port : port))
    }
    server.once('error', onError)
    server.once('listening', onListening)
    server.listen({ host, port, exclusive: true })
  })
}

function listenFailure(error: NodeJS.ErrnoException, host: string, port: number): Failure {
  const facts = { host, port, code: error.code ?? null }
  switch (error.code) {
    case 'EADDRINUSE':
      return failure('in-use', `port ${port} of ${host} is taken by another program`, {
        hint: 'name another one with --port, or leave it out',
        facts,
      })
    case 'EACCES':
      return failure('io', `port ${port} may not be used by this user`, {
        hint: 'name one above 1023 with --port',
        facts,
      })
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return failure('io', `this machine has no address ${host}`, {
        hint: 'leave --host out to listen on 127.0.0.1',
        facts,
      })
    default:
      return failure('io', `cannot listen on ${host}:${port}: ${error.message}`, { facts })
  }
}
