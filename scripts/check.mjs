// npm run check: format, lint, boundaries, types, unused exports. Stops at the first failure.
import { checkBoundaries } from './check-boundaries.mjs'
import { checkHouse } from './check-house.mjs'
import { installMissing } from './install-missing.mjs'
import { runScript, say } from './project.mjs'
import { runTool } from './run-tool.mjs'

// What has not changed since the last run is not looked at again: prettier and tsc keep their results in .cache.
const CACHED_FORMATS = [
  ...['--cache', '--cache-strategy', 'content'],
  ...['--cache-location', '.cache/prettier'],
]
const types = (name) =>
  runTool('tsc', [
    ...['-p', `tsconfig.${name}.json`],
    ...['--incremental', '--tsBuildInfoFile', `.cache/types-${name}.json`],
  ])

const STEPS = [
  ['format', () => runTool('prettier', ['--check', '--log-level', 'warn', ...CACHED_FORMATS, '.'])],
  ['lint', () => runTool('oxlint', ['--deny-warnings', '--quiet'])],
  ['boundaries', checkBoundaries],
  ['house', checkHouse],
  ['types: domain', () => types('domain')],
  ['types: node', () => types('node')],
  ['types: web', () => types('web')],
  ['types: e2e', () => types('e2e')],
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
