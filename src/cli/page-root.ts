/** Where the built page lies. */
import { fileURLToPath } from 'node:url'

/** For work on the page itself `YARD_PAGE` names another built page; only `YARD_DEV=1` heeds it. */
export function pageRootOf(env: NodeJS.ProcessEnv, root: URL): string {
  const named = env['YARD_DEV'] === '1' ? env['YARD_PAGE'] : undefined
  return named ?? fileURLToPath(new URL('out/renderer', root))
}
