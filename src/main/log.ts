/** The app's log: a file with rotation at 10 MB, every line through one formatter that masks secrets. */
import electronLog from 'electron-log/main'
import type { Log, LogLevel } from '../base/log.ts'

const MAX_BYTES = 10 * 1024 * 1024

export function openAppLog(file: string): Log {
  const { transports } = electronLog
  transports.file.resolvePathFn = () => file
  transports.file.maxSize = MAX_BYTES
  transports.file.format = '{text}'
  transports.console.format = '{text}'
  const write =
    (level: LogLevel) =>
    (message: string, facts?: Record<string, unknown>): void =>
      electronLog[level](formatLine(new Date(), level, message, facts))
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  }
}

const SECRET_NAME = /token|secret|password|authorization|api[-_]?key|cookie/i
const SECRET_TEXT = /\b(Bearer\s+|sk-|ghp_|xox[abp]-)[\w.~+/-]{8,}=*/g
const MASK = '[masked]'

export function formatLine(
  at: Date,
  level: LogLevel,
  message: string,
  facts?: Record<string, unknown>,
): string {
  const text = facts === undefined ? '' : ` ${JSON.stringify(facts, maskNamed)}`
  return `${at.toISOString()} ${level} ${message}${text}`.replace(SECRET_TEXT, `$1${MASK}`)
}

const maskNamed = (name: string, value: unknown): unknown =>
  SECRET_NAME.test(name) && value != null ? MASK : value
