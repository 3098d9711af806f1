/** `.yard/service/service.log`: one line an entry, secrets masked, turned over at 10 MB (the last five are kept). */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import logger from 'electron-log/node.js'
import type { Log, LogLevel } from '../base/log.ts'
import { isoTime } from '../yard/views/iso-time.ts'
import { createMask, maskFields, type Mask } from '../domain/mask.ts'

export const MAX_LOG_BYTES = 10_000_000
const KEPT_FILES = 5

interface LogFileOptions {
  readonly file: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly level?: LogLevel
  /** For tests. */
  readonly maxBytes?: number
}

export function openLogFile(options: LogFileOptions): Log {
  mkdirSync(dirname(options.file), { recursive: true, mode: 0o700 })
  const mask = createMask(options.env)
  const sink = logger.create({ logId: options.file })
  sink.transports.console.level = false
  const { file } = sink.transports
  file.level = options.level ?? 'info'
  file.maxSize = options.maxBytes ?? MAX_LOG_BYTES
  // Else it looks for a package.json above the current folder, and writes nothing where there is none.
  file.setAppName('yardmaster')
  file.resolvePathFn = () => options.file
  file.archiveLogFn = () => turnOver(options.file)
  file.writeOptions = { ...file.writeOptions, mode: 0o600 }
  // The line is made here, so that nothing of the library's formats and nothing unmasked gets in.
  file.transforms = [({ message }) => String(message.data[0])]
  const write =
    (level: LogLevel): Log[LogLevel] =>
    (message, facts) =>
      sink[level](lineOf(mask, level, message, facts))
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  }
}

function lineOf(
  mask: Mask,
  level: LogLevel,
  message: string,
  facts: Record<string, unknown> | undefined,
): string {
  const more = facts === undefined ? '' : ` ${JSON.stringify(maskFields(facts))}`
  // A line break in a message would let anybody forge an entry.
  const text = `${message}${more}`.replace(/\r?\n/g, '\\n')
  return `${isoTime(Date.now())} ${level.padEnd(5)} ${mask(text)}`
}

function turnOver(file: string): void {
  const numbered = (n: number): string => `${file}.${n}`
  rmSync(numbered(KEPT_FILES), { force: true })
  for (let n = KEPT_FILES - 1; n >= 1; n -= 1)
    if (existsSync(numbered(n))) renameSync(numbered(n), numbered(n + 1))
  if (existsSync(file)) renameSync(file, numbered(1))
}
