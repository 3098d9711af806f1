/** `.yard/service/state.json`: where the living owner is reached. Written whole by rename, mode 0600, rewritten by its owner when lost. */
import { randomBytes } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  watch,
  writeFileSync,
} from 'node:fs'
import { basename } from 'node:path'
import { z } from 'zod'
import type { Log } from '../base/log.ts'
import type { YardPaths } from '../config/paths.ts'
import { isOwnAddress } from './own-address.ts'

const stateSchema = z.object({
  pid: z.number().int(),
  url: z.string().refine(isOwnAddress),
  token: z.string(),
  /** ISO 8601. */
  startedAt: z.string(),
  version: z.string(),
  host: z.enum(['service', 'app', 'run', 'command']),
})
export type HostState = z.infer<typeof stateSchema>

/** Null when there is none, it is torn, or it leads away from this machine. It may be stale: only an answer proves that its owner lives. */
export function readState(paths: Pick<YardPaths, 'service'>): HostState | null {
  try {
    const read = stateSchema.safeParse(JSON.parse(readFileSync(paths.service.state, 'utf8')))
    return read.success ? read.data : null
  } catch {
    return null // not there, or half of it
  }
}

export function writePrivateFile(file: string, text: string): void {
  const fresh = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`
  try {
    writeFileSync(fresh, text, { mode: 0o600, flag: 'wx' })
    renameSync(fresh, file)
  } finally {
    rmSync(fresh, { force: true })
  }
}

export interface StateFile {
  /** Removes it, if it is still ours. */
  close(): void
}

/** A watch may miss news on some file systems. */
const BACKSTOP_MS = 10_000

export function openStateFile(paths: YardPaths, state: HostState, log: Log): StateFile {
  const { service } = paths
  const text = `${JSON.stringify(state, null, 2)}\n`
  mkdirSync(service.folder, { recursive: true, mode: 0o700 })
  writePrivateFile(service.state, text)
  const isOurs = (): boolean => readState(paths)?.token === state.token
  const restore = (): void => {
    if (existsSync(service.state) && isOurs()) return
    try {
      mkdirSync(service.folder, { recursive: true, mode: 0o700 })
      writePrivateFile(service.state, text)
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
    close() {
      watcher.close()
      clearInterval(backstop)
      if (isOurs()) rmSync(service.state, { force: true })
    },
  }
}
