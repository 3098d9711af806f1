/** A foreign text as it is, with nothing in it that hides or turns round what stands beside it. Lines and tabs stay. */
export const plainToSee = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (sign) =>
    sign === '\n' || sign === '\t' ? sign : `\\u{${(sign.codePointAt(0) ?? 0).toString(16)}}`,
  )
