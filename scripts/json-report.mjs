/** vitest's JSON report, with what it leaves out: what no test reported, such as a worker that died or a rejection nobody awaited. */
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { JsonReporter } from 'vitest/node'

export class JsonReport extends JsonReporter {
  async onTestRunEnd(modules, errors) {
    await super.onTestRunEnd(modules)
    const { root, outputFile } = this.ctx.config
    const name = typeof outputFile === 'string' ? outputFile : outputFile?.json
    if (name === undefined) return
    const file = resolve(root, name)
    const report = JSON.parse(readFileSync(file, 'utf8'))
    const unhandled = errors.map((error) =>
      [error?.message || String(error), error?.cause?.message].filter(Boolean).join(' '),
    )
    writeFileSync(file, JSON.stringify({ ...report, unhandled }))
  }
}
