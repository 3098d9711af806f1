import { ok } from '../../base/result.ts'
import type { Cli, Outcome } from '../cli.ts'
import { completionScript } from '../completion-script.ts'
import type { Words } from '../words.ts'

export async function completion(cli: Cli, words: Words): Promise<Outcome> {
  const script = completionScript(cli.tree(), words.arg(0))
  cli.print.result({ script }, () => cli.print.raw(script))
  return ok(0)
}
