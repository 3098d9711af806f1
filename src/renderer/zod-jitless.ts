/** What the page's build takes for `zod`: it must not compile schemas with `new Function`, which the page's policy forbids. */
import { z } from 'zod/v4'

z.config({ jitless: true })
export { z }
