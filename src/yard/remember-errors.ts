/** A log that also keeps the newest errors, for the status of the service. */
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'

const KEPT_ERRORS = 50

/** Facts are told by their names only: they may hold what a log's own formatter would mask. */
export function rememberErrors(
  log: Log,
  errors: { at: number; text: string }[],
  clock: Clock,
): Log {
  return {
    debug: (message, facts) => log.debug(message, facts),
    info: (message, facts) => log.info(message, facts),
    warn: (message, facts) => log.warn(message, facts),
    error(message, facts) {
      const why = typeof facts?.['why'] === 'string' ? `: ${facts['why']}` : ''
      errors.push({ at: clock.now(), text: message + why })
      if (errors.length > KEPT_ERRORS) errors.shift()
      log.error(message, facts)
    },
  }
}
