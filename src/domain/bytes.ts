/** Sizes as people write them: "512MB", "1.5 GiB". kB, MB, GB and TB are steps of 1000, KiB, MiB, GiB and TiB of 1024. */

const SIZES: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
}

/** Whole bytes; a bare number is bytes. Null when it is none. */
export function parseBytes(text: string): number | null {
  const match = /^\s*(\d{1,15}(?:\.\d{1,6})?)\s*([a-z]{0,3})\s*$/i.exec(text)
  if (!match) return null
  const size = SIZES[(match[2] || 'b').toLowerCase()]
  const bytes = size === undefined ? NaN : Math.round(Number(match[1]) * size)
  return Number.isSafeInteger(bytes) ? bytes : null
}
