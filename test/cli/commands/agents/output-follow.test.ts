/** `yard output -f` outlives the host that it asked, and prints nothing twice. */
import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openTestYard, PROGRAM, type TestYard } from '../../yard-command.ts'

let place: TestYard
beforeEach(async () => {
  place = await openTestYard()
})
afterEach(() => place.close(), 60_000)

it('P7: goes on where it was when the host has gone', { timeout: 90_000 }, async () => {
  const line = 'echo first; while ! test -e go; do sleep 0.1; done; echo second'
  await place.json(['add', 'Talks', '--id', 'talks', '--exec', line])
  await place.yard(['service', 'start'])
  const agent = async () => ((await place.json(['show', 'talks'])) as { agent: string }).agent
  await expect.poll(agent).toBe('agent-1')
  const follower = spawn(process.execPath, [PROGRAM, 'output', 'agent-1', '-f', '--raw'], {
    cwd: place.folder,
    env: place.env,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let out = ''
  follower.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  const ended = new Promise((done) => follower.on('close', done))
  await expect.poll(() => out).toContain('first')
  const { pid } = (await place.json(['service', 'status'])) as { pid: number }
  process.kill(pid, 'SIGKILL')
  await writeFile(join(place.folder, 'go'), '')
  expect(await ended).toBe(0)
  expect(out).toBe('first\nsecond\n')
})
