/** Where the fleet endpoint listens, and by which address others are told to reach it. */
import { networkInterfaces } from 'node:os'
import { orElse } from '../base/result.ts'

export interface ListenAddress {
  readonly host: string
  readonly port: number
}

/** `0.0.0.0:7443`, `[::1]:7443`; the configuration has checked its form. */
export function parseListen(listen: string): ListenAddress {
  const colon = listen.lastIndexOf(':')
  const host = listen.slice(0, colon).replace(/^\[|\]$/g, '')
  return { host, port: Number(listen.slice(colon + 1)) }
}

/** Of an endpoint on all addresses one that others can reach: it is known by its pin, so any other that leads here does as well. */
export function advertisedUrl({ host, port }: ListenAddress, isTls: boolean): string {
  const shown = host === '0.0.0.0' || host === '::' ? (outerAddress() ?? '127.0.0.1') : host
  const name = shown.includes(':') ? `[${shown}]` : shown
  return `${isTls ? 'https' : 'http'}://${name}:${port}`
}

const outerAddress = (): string | undefined =>
  orElse(() => Object.values(networkInterfaces()), []) // the system does not list them
    .flatMap((all) => all ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal)?.address
