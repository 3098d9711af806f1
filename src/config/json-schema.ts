/** The JSON Schema of the config file, for editors. `resources/config.schema.json` holds it; a test keeps the two equal. */
import { z } from 'zod'
import { configFileSchema } from './schema.ts'

export function configJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(configFileSchema, {
    io: 'input',
    target: 'draft-07',
    reused: 'inline',
  })
  return { ...schema, title: 'Configuration of a yard (.yard/config.toml)' }
}
