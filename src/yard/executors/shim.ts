/** The `yard` that agents find on their PATH: a script that names the right Node and the right program by absolute path. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readIfThere } from '../../agents/process/stage-files.ts'
import { shellWord } from '../../base/text.ts'
import type { NodeProgram } from '../../agents/process/node-program.ts'

export function writeShim(folder: string, node: NodeProgram, program: string): void {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 'yard')
  const set = Object.entries(node.env).map(([name, value]) => `export ${name}=${shellWord(value)}`)
  const command = `exec ${shellWord(node.command)} ${shellWord(program)} "$@"`
  // Every command comes here, and a file that an agent may just be starting is not written for nothing.
  const text = ['#!/bin/sh', ...set, command, ''].join('\n')
  if (readIfThere(file) !== text) writeFileSync(file, text)
  chmodSync(file, 0o755)
  if (process.platform === 'win32')
    writeFileSync(join(folder, 'yard.cmd'), windowsShim(node, program))
}

function windowsShim({ command, env }: NodeProgram, program: string): string {
  const set = Object.entries(env).map(([name, value]) => `@set "${name}=${value}"`)
  return `${['@setlocal', ...set, `@"${command}" "${program}" %*`].join('\r\n')}\r\n`
}
