// Who imports whom, by .dependency-cruiser.cjs. The cruiser passes when it could not read the sources, so its
// count of modules is checked as well.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { root, say } from './project.mjs'
import { environmentWith, rightNode } from './right-node.mjs'

const FEWEST_MODULES = 50

/** Resolves to an exit code, after saying what is wrong. */
export async function checkBoundaries() {
  const node = await rightNode()
  const program = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs')
  const args = [program, 'src', '--config', '.dependency-cruiser.cjs', '--output-type', 'json']
  const options = { cwd: root, encoding: 'utf8', env: environmentWith(node), maxBuffer: 2 ** 28 }
  const { stdout, stderr } = spawnSync(node, args, options)
  if (stdout === '') {
    say(stderr)
    return 1
  }
  return report(JSON.parse(stdout).summary)
}

/** Says each violation of a cruise's summary and gives the exit code. */
export function report(summary) {
  for (const { rule, from, to, cycle } of summary.violations) {
    const way = cycle === undefined ? to : cycle.map((step) => step.name ?? step).join(' → ')
    say(`${rule.name}: ${from} → ${way}`)
  }
  if (summary.totalCruised < FEWEST_MODULES) {
    say(`only ${summary.totalCruised} modules were read; at least ${FEWEST_MODULES} are expected`)
    return 1
  }
  return summary.violations.some(({ rule }) => rule.severity === 'error') ? 1 : 0
}
