/**
 * Preloaded into a real process (`node --import`): every statement on its `yard.db` fails while the file that
 * `FAILING_DISK` names is there.
 */
import { existsSync } from 'node:fs'
import { plantSqliteFaults } from './sqlite-faults.ts'

const flag = process.env['FAILING_DISK']
if (flag !== undefined)
  plantSqliteFaults(({ name }) => name.endsWith('yard.db')).fails = () => existsSync(flag)
