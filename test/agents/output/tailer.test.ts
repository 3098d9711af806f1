import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import type { TailReply } from '../../../src/agents/output/followed-output.ts'
import { createTailer } from '../../../src/agents/output/tailer.ts'
import { agentIdOf } from '../../../src/domain/ids.ts'

it('goes on to tell news when the clock is set back', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'yard-tailer-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'stdout.log')
  writeFileSync(file, '')
  const told: TailReply[] = []
  const tailer = createTailer((reply) => told.push(reply), 20)
  onTestFinished(() => tailer.close())
  const agent = { agentId: agentIdOf(1), folder, executorType: 'codex' } as const
  tailer.onRequest({ kind: 'follow', agent })
  appendFileSync(file, 'one\n')
  await vi.waitFor(() => expect(told).toHaveLength(1))
  const now = Date.now()
  vi.spyOn(Date, 'now').mockReturnValue(now - 86_400_000)
  onTestFinished(() => void vi.restoreAllMocks())
  appendFileSync(file, 'two\n')
  await vi.waitFor(() => expect(told).toHaveLength(2))
})
