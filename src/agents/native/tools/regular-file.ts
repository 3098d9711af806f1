/** Reads a regular file, bounded: a device never ends, and a pipe has nobody who writes. */
import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs'
import { err, ok, type Result } from '../../../base/result.ts'

/** Null = it has more bytes than that. The error says what it is instead of a file. Throws what the file system says. */
export function readRegularFile(path: string, maxBytes: number): Result<string | null, string> {
  // Opening a pipe would wait for whoever writes to it.
  const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  try {
    const facts = fstatSync(file)
    if (!facts.isFile()) return err(kindOf(facts))
    if (facts.size > maxBytes) return ok(null)
    // The size of what the kernel makes up is 0, and a file may grow.
    const chunks: Buffer[] = []
    let length = 0
    while (length <= maxBytes) {
      const chunk = Buffer.alloc(Math.min(CHUNK_BYTES, maxBytes + 1 - length))
      const read = readSync(file, chunk, 0, chunk.length, null)
      if (read === 0) return ok(Buffer.concat(chunks).toString('utf8'))
      chunks.push(chunk.subarray(0, read))
      length += read
    }
    return ok(null)
  } finally {
    closeSync(file)
  }
}

const CHUNK_BYTES = 64 * 1024

/** What stands there instead of a regular file; null when that is one, or nothing. */
export function notRegular(path: string): string | null {
  const facts = statSync(path, { throwIfNoEntry: false })
  return facts === undefined || facts.isFile() ? null : kindOf(facts)
}

const kindOf = (facts: ReturnType<typeof fstatSync>): string => {
  if (facts.isDirectory()) return 'a folder'
  if (facts.isFIFO()) return 'a pipe'
  return facts.isSocket() ? 'a socket' : 'a device'
}
