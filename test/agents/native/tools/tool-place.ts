/** A work tree for tests of tools, and a context that points there. */
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ToolContext } from '../../../../src/agents/native/tools/tool.ts'

export interface ToolPlace {
  readonly root: string
  context(more?: Partial<ToolContext>): ToolContext
  remove(): Promise<void>
}

export async function makeToolPlace(): Promise<ToolPlace> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'yard-tools-')))
  return {
    root,
    context: (more = {}) => ({
      root,
      isConfined: true,
      env: { PATH: process.env['PATH'] },
      signal: new AbortController().signal,
      now: () => Date.now(),
      ...more,
    }),
    remove: () => rm(root, { recursive: true, force: true }),
  }
}
