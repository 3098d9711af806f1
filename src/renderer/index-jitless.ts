/** Before any schema is used: zod must not compile them with `new Function`, which the page's policy forbids. */
import { z } from 'zod'

z.config({ jitless: true })
