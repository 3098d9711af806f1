/** What a test of the page waits for comes by itself; how soon depends on the machine. Just less than a test may take. */
import { configure } from '@testing-library/react'

configure({ asyncUtilTimeout: 50_000 })
