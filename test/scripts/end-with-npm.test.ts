import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, onTestFinished, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { isAlive } from '../support/is-alive.ts'

const SCRIPTS = new URL('../../scripts/', import.meta.url)

test.skipIf(process.platform === 'win32')(
  'a script ends, with what it runs, when npm and its shell are gone (no such shell on Windows)',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'end-with-npm-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const script = join(folder, 'script.mjs')
    const tool = join(folder, 'tool.mjs')
    writeFileSync(tool, 'console.log(process.pid, process.ppid); setInterval(() => {}, 1000)')
    writeFileSync(
      script,
      `import { handOver } from '${new URL('../bin/hand-over.cjs', SCRIPTS).href}'
       import { runScript } from '${new URL('project.mjs', SCRIPTS).href}'
       await runScript(async () => (await handOver(process.execPath, ['${tool}'])).code ?? 1)`,
    )
    // The word after the command keeps the shell: it would become the command otherwise.
    const shell = spawn('/bin/sh', ['-c', `'${process.execPath}' '${script}'; true`], {
      env: { ...process.env, npm_lifecycle_script: `node ${script}` },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = await once(createInterface({ input: shell.stdout }), 'line')
    const [toolPid, scriptPid] = String(line).split(' ').map(Number)
    if (!toolPid || !scriptPid) throw new Error(`no pids in ${line}`)
    expect(scriptPid).not.toBe(shell.pid)
    shell.kill('SIGTERM')
    await eventually(() => expect([isAlive(toolPid), isAlive(scriptPid)]).toEqual([false, false]))
  },
)
