/** An agent whose whole work is what it says: nothing is changed, and nothing was asked to be. */
import { appendFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openTestYard, PROGRAM, type TestYard } from '../../yard-command.ts'

let place: TestYard
beforeEach(async () => {
  place = await openTestYard()
})
afterEach(() => place.close(), 60_000)

const program = (result: string, logs: boolean) => `
import { execFileSync } from 'node:child_process'
${logs ? `execFileSync(process.execPath, [${JSON.stringify(PROGRAM)}, 'log', 'log', 'I looked: all is well'])` : ''}
console.log(JSON.stringify({ type: 'result', subtype: 'success', is_error: false, result: ${JSON.stringify(result)} }))
`

it(
  'is done by a short answer or by a log line of its own, and by neither it is not',
  { timeout: 60_000 },
  async () => {
    const ways = { answer: program('42', false), log: program('', true), mute: program('', false) }
    for (const [name, text] of Object.entries(ways)) {
      const path = join(place.folder, `${name}.mjs`)
      await writeFile(path, text)
      await appendFile(
        join(place.folder, '.yard', 'config.toml'),
        `\n[executors.${name}]\ntype = "claude"\ncommand = ${JSON.stringify([process.execPath, path])}\ncoding = false\n`,
      )
      await place.json(['add', name, '--id', name, '--executor', name, '--max-attempts', '1'])
    }
    const ran = await place.yard(['run', '--json'])
    expect(JSON.parse(ran.out)).toMatchObject({ done: 2, failed: ['mute'] })
    expect((await place.yard(['why', 'mute'])).out).toContain('said nothing and changed nothing')
  },
)
