/** The end of the owner's log file. Secrets were masked when it was written. */
import { open } from 'node:fs/promises'

const TAIL_BYTES = 128 * 1024
const MAX_LINES = 1000

/** Whole lines only, oldest first; none where no host has written one yet. */
export async function readServiceLog(
  path: string,
): Promise<{ readonly path: string; readonly lines: string[] }> {
  const file = await open(path, 'r').catch(() => null)
  if (!file) return { path, lines: [] }
  try {
    const { size } = await file.stat()
    const start = Math.max(0, size - TAIL_BYTES)
    const { buffer, bytesRead } = await file.read(
      Buffer.alloc(size - start),
      0,
      size - start,
      start,
    )
    const text = buffer.toString('utf8', 0, bytesRead)
    const lines = text.split('\n')
    if (start > 0) lines.shift()
    return { path, lines: lines.filter((line) => line !== '').slice(-MAX_LINES) }
  } finally {
    await file.close()
  }
}
