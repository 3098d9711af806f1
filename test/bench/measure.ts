/** Small figures of a bench: percentiles, medians and what this machine is. */
import { cpus, loadavg, totalmem } from 'node:os'

/** `p` from 0 to 100; the smallest value that so many percent do not exceed. NaN for no values. */
export function percentile(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil((p / 100) * sorted.length) - 1)] ?? Number.NaN
}

export const median = (values: readonly number[]): number => percentile(values, 50)

/** Runs it and gives how long it took, ms. */
export async function timed(run: () => Promise<unknown>): Promise<number> {
  const from = performance.now()
  await run()
  return performance.now() - from
}

export const machine = () => ({
  cores: cpus().length,
  cpu: cpus()[0]?.model ?? 'unknown',
  memoryMb: Math.round(totalmem() / 2 ** 20),
  node: process.version,
  platform: `${process.platform} ${process.arch}`,
  load1: Math.round((loadavg()[0] ?? 0) * 100) / 100,
})

/** The turns of the loop of this thread while something is done: the longest by the clock, and by what it computed. */
export async function longestTurn(
  run: () => Promise<unknown>,
): Promise<{ ms: number; cpuMs: number }> {
  const cpuNow = (): number => {
    const { user, system } = process.threadCpuUsage()
    return (user + system) / 1000
  }
  const longest = { ms: 0, cpuMs: 0 }
  let [at, cpu] = [performance.now(), cpuNow()]
  let isOver = false
  const look = (): void => {
    const [now, cpuThen] = [performance.now(), cpuNow()]
    longest.ms = Math.max(longest.ms, now - at)
    longest.cpuMs = Math.max(longest.cpuMs, cpuThen - cpu)
    at = now
    cpu = cpuThen
    // Not each turn: that would take the core from those who are waited for.
    if (!isOver) setTimeout(look, 1)
  }
  setTimeout(look, 1)
  await run()
  isOver = true
  return longest
}
