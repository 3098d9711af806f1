/** The app's log: a file that turns over at 10 MB. Lines are masked by the one formatter that knows how secrets look. */
import electronLog from 'electron-log/main'
import type { Log, LogLevel } from '../base/log.ts'
import { createMask, maskFields } from '../headless/mask.ts'

const MAX_BYTES = 10_000_000

/** `hide` takes out secrets that are known to the app alone. */
export function openAppLog(
  file: string,
  env: Readonly<Record<string, string | undefined>>,
  hide: (text: string) => string,
): Log {
  const mask = createMask(env)
  const { transports } = electronLog
  transports.file.resolvePathFn = () => file
  transports.file.maxSize = MAX_BYTES
  transports.file.format = '{text}'
  transports.console.format = '{text}'
  const write =
    (level: LogLevel): Log[LogLevel] =>
    (message, facts) => {
      const more = facts === undefined ? '' : ` ${JSON.stringify(maskFields(facts))}`
      // A line break in a message would let anybody forge an entry.
      const text = mask(hide(`${message}${more}`)).replace(/\r?\n/g, '\\n')
      electronLog[level](`${new Date().toISOString()} ${level.padEnd(5)} ${text}`)
    }
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  }
}
