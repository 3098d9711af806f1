// npm run build
import { build } from './build-if-stale.mjs'
import { runScript } from './project.mjs'

await runScript(() => build(process.argv.slice(2)))
