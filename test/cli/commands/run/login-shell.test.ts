/** An agent CLI whose shell sets PATH anew still finds the command that its prompt names. */
import { appendFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openTestYard, type TestYard } from '../../yard-command.ts'

let place: TestYard
beforeEach(async () => {
  place = await openTestYard()
})
afterEach(() => place.close(), 60_000)

/** Looks for the program that its prompt tells it to report with, as a login shell of Debian would. */
const CODEX = `
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
const command = /\`([^\`]+) log /.exec(readFileSync(0, 'utf8'))[1]
const found = spawnSync('/bin/sh', ['-c', 'PATH=/usr/local/bin:/usr/bin:/bin; test -x "$(command -v ' + command + ')"'])
const text = found.status === 0 ? 'found' : 'not found: ' + command
console.log(JSON.stringify({ type: 'item.completed', item: { type: 'agent_message', text } }))
console.log(JSON.stringify({ type: 'turn.completed', usage: { input_tokens: 1, output_tokens: 1 } }))
`

it('is told of yard by an absolute path', { timeout: 60_000 }, async () => {
  const program = join(place.folder, 'codex.mjs')
  await writeFile(program, CODEX)
  await appendFile(
    join(place.folder, '.yard', 'config.toml'),
    `\n[executors.codex]\ncommand = ${JSON.stringify([process.execPath, program])}\ncoding = false\n`,
  )
  await place.json(['add', 'Look', '--id', 'look', '--executor', 'codex'])
  expect((await place.yard(['run', '--json'])).code).toBe(0)
  const { artifacts } = (await place.json(['show', 'look'])) as { artifacts: unknown[] }
  expect(artifacts).toMatchObject([{ text: 'found' }])
})
