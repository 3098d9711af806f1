/** `.yard/service/state.json`: where the living owner is reached. Written whole by rename, mode 0600, rewritten by its owner when lost. */
import { orElse } from '../base/result.ts'
import { existsSync, mkdirSync, readFileSync, rmSync, watch } from 'node:fs'
import { hostname, networkInterfaces } from 'node:os'
import { basename } from 'node:path'
import type { Log } from '../base/log.ts'
import type { YardPaths } from '../config/paths.ts'
import { replaceFile } from '../files/replace-file.ts'
import type { Heartbeat } from '../yard/doctor/heartbeat.ts'

const HOSTS = ['service', 'app', 'run', 'command'] as const

/** A heartbeat is there from the first round of the loop on. */
export interface HostState extends Partial<Heartbeat> {
  readonly pid: number
  readonly url: string
  readonly token: string
  /** ISO 8601. */
  readonly startedAt: string
  readonly version: string
  readonly host: (typeof HOSTS)[number]
}

/** Null when there is none, it is torn, or it leads away from this machine. It may be stale: only an answer proves that its owner lives. */
export function readState(paths: Pick<YardPaths, 'service'>): HostState | null {
  try {
    const state: unknown = JSON.parse(readFileSync(paths.service.state, 'utf8'))
    return isHostState(state) ? state : null
  } catch {
    return null // not there, or half of it
  }
}

// By hand: every command looks for an owner, and most need no zod.
function isHostState(value: unknown): value is HostState {
  if (typeof value !== 'object' || value === null) return false
  const { pid, url, token, startedAt, version, host }: Record<string, unknown> = { ...value }
  return (
    Number.isSafeInteger(pid) &&
    typeof url === 'string' &&
    isAddressOfThisMachine(url) &&
    typeof token === 'string' &&
    typeof startedAt === 'string' &&
    typeof version === 'string' &&
    HOSTS.some((known) => known === host)
  )
}

const textOf = (state: HostState): string => `${JSON.stringify(state, null, 2)}\n`

/** A watch may miss news on some file systems. */
const BACKSTOP_MS = 10_000

export function openStateFile(paths: YardPaths, state: HostState, log: Log) {
  const { service } = paths
  let text = textOf(state)
  let isBehind = false
  mkdirSync(service.folder, { recursive: true, mode: 0o700 })
  replaceFile(service.state, text)
  const isOurs = (): boolean => readState(paths)?.token === state.token
  const restore = (): void => {
    if (existsSync(service.state) && isOurs()) return
    try {
      mkdirSync(service.folder, { recursive: true, mode: 0o700 })
      replaceFile(service.state, text)
      log.warn('state.json was lost or changed and has been written again')
    } catch (error) {
      log.error('state.json is lost and cannot be written', { error: String(error) })
    }
  }
  const watcher = watch(service.folder, (_event, name) => {
    if (name === null || name === basename(service.state)) restore()
  })
  watcher.on('error', () => watcher.close()) // the folder itself is gone; the backstop goes on
  const backstop = setInterval(restore, BACKSTOP_MS)
  backstop.unref()
  return {
    /** The loop has just run. Without room for it the file stays as it was. */
    show(heartbeat: Heartbeat): void {
      text = textOf({ ...state, ...heartbeat })
      try {
        replaceFile(service.state, text)
        isBehind = false
      } catch (error) {
        if (!isBehind) log.warn('state.json cannot be kept up to date', { error: String(error) })
        isBehind = true
      }
    },
    /** Removes it, if it is still ours. */
    close(): void {
      watcher.close()
      clearInterval(backstop)
      if (isOurs()) rmSync(service.state, { force: true })
    },
  }
}

/**
 * Plain http, at loopback or at an address or name of this machine. `state.json` lies in the yard's folder, and that may have come
 * from anywhere: an address in it that leads elsewhere is not an owner's.
 */
function isAddressOfThisMachine(text: string): boolean {
  const url = URL.parse(text)
  if (url?.protocol !== 'http:' || url.username !== '' || url.password !== '') return false
  const name = url.hostname.replace(/^\[(.*)\]$/, '$1')
  return isLoopback(name) || isNameOfThisMachine(name) || isInterfaceOfThisMachine(name)
}

const isLoopback = (name: string): boolean =>
  name === 'localhost' || name === '::1' || /^127\.\d+\.\d+\.\d+$/.test(name)

function isNameOfThisMachine(name: string): boolean {
  const own = hostname().toLowerCase()
  return name === own || name === `${own}.local`
}

function isInterfaceOfThisMachine(name: string): boolean {
  return orElse(
    () =>
      Object.values(networkInterfaces()).some((all) =>
        all?.some(({ address }) => address.toLowerCase() === name),
      ),
    false,
  ) // the system does not list them
}
