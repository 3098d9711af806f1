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
