import { expect, it } from 'vitest'
import { fileMatcher } from '../../src/judging/file-globs.ts'

it.each([
  ['.env*', ['.env', '.env.local', 'deep/in/.env'], ['env', 'a.env', '.env/a.ts']],
  ['*.lock', ['a.lock', 'x/y.lock'], ['a.lock.ts', 'lock']],
  ['src/*.ts', ['src/a.ts'], ['src/b/a.ts', 'x/src/a.ts']],
  ['src/**/*.ts', ['src/a.ts', 'src/b/c/a.ts'], ['lib/a.ts']],
  ['**/gen/**', ['gen/a', 'a/gen/b/c'], ['gen', 'agen/b']],
  ['*.{pem,key}', ['a.pem', 'b/c.key'], ['a.pems', 'key']],
  ['id_?[!s]a', ['id_rta'], ['id_rsa', 'id_ra']],
  ['/top.txt', ['top.txt', 'a/top.txt'], ['stop.txt']],
  ['a+(b).txt', ['a+(b).txt'], ['aab.txt']],
  ['[z-a].txt', ['[z-a].txt'], ['b.txt']],
])('%s', (glob, fits, others) => {
  const isMatch = fileMatcher([glob])
  expect(fits.filter((path) => !isMatch(path))).toEqual([])
  expect(others.filter(isMatch)).toEqual([])
})

it('any of several; none of none', () => {
  expect(fileMatcher(['*.a', '*.b'])('x.b')).toBe(true)
  expect(fileMatcher([])('x')).toBe(false)
})
