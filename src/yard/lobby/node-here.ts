/** The Node that runs here, as others can run it. */
import { nodeProgram, type NodeProgram } from '../../agents/process/node-program.ts'

export const nodeHere = (): NodeProgram => nodeProgram()
