import { vi } from 'vitest'

/**
 * Until the check throws no more; with what it threw last after `ms`. For what comes by itself, soon, on any machine: the limit
 * only ends what never comes, just before the test's own does.
 */
export const eventually = <T>(check: () => T | Promise<T>, ms = 50_000): Promise<T> =>
  vi.waitFor(check, { timeout: ms, interval: 20 })
