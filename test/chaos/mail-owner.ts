/** An owner under fire: opens the yard in its first argument, with the built launcher in its second, and leaves when no message is open. */
import { yardPaths } from '../../src/config/paths.ts'
import { openBenchYard } from '../bench/bench-yard.ts'

const [root = '', launcherEntry = ''] = process.argv.slice(2)
const env: Record<string, string> = {}
for (const [name, value] of Object.entries(process.env)) if (value !== undefined) env[name] = value
const paths = yardPaths(root)
const yard = await openBenchYard({ paths, env, remove: () => {} }, { launcherEntry })
const isAtRest = (): boolean => yard.plan.deliveries.size + yard.plan.agents.size === 0
await new Promise<void>((resolve) => {
  if (isAtRest()) return resolve()
  const off = yard.onCommitted(() => {
    if (!isAtRest()) return
    off()
    resolve()
  })
})
await yard.close()
