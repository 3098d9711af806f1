/** The `yard` that agents find on their PATH: a script that names the right Node and the right program by absolute path. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export function writeShim(folder: string, node: string, program: string): void {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 'yard')
  writeFileSync(file, `#!/bin/sh\nexec ${quoted(node)} ${quoted(program)} "$@"\n`)
  chmodSync(file, 0o755)
  if (process.platform === 'win32')
    writeFileSync(join(folder, 'yard.cmd'), `@"${node}" "${program}" %*\r\n`)
}

const quoted = (path: string): string => `'${path.replaceAll("'", `'\\''`)}'`
