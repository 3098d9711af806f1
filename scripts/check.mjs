// npm run check: format, lint, boundaries, types, unused exports. Stops at the first failure.
import { checkBoundaries } from './check-boundaries.mjs'
import { installMissing } from './install-missing.mjs'
import { runScript, say } from './project.mjs'
import { runTool } from './run-tool.mjs'

const STEPS = [
  ['format', () => runTool('prettier', ['--check', '--log-level', 'warn', '.'])],
  ['lint', () => runTool('oxlint', ['--deny-warnings', '--quiet'])],
  ['boundaries', checkBoundaries],
  ['types: domain', () => runTool('tsc', ['-p', 'tsconfig.domain.json'])],
  ['types: node', () => runTool('tsc', ['-p', 'tsconfig.node.json'])],
  ['types: web', () => runTool('tsc', ['-p', 'tsconfig.web.json'])],
  ['types: e2e', () => runTool('tsc', ['-p', 'tsconfig.e2e.json'])],
  ['unused', () => runTool('knip', ['--no-progress'])],
]

await runScript(async () => {
  await installMissing()
  for (const [name, run] of STEPS) {
    const startedAt = Date.now()
    const code = await run()
    const seconds = ((Date.now() - startedAt) / 1000).toFixed(1)
    say(`${code === 0 ? 'ok    ' : 'FAILED'} ${name.padEnd(14)} ${seconds.padStart(5)} s`)
    if (code !== 0) return code
  }
  return 0
})
