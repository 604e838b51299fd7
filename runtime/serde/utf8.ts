/** An encoded surrogate, or what is left of one: no UTF-8, and one replacement in Java where the web has one a byte. */
const surrogate = /\xed[\xa0-\xbf][\x80-\xbf]?/

/** The text of bytes that may not be UTF-8, with U+FFFD where they are not, as often as Java's `String` has it. */
export function lossyUtf8(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const text = buffer.toString('utf8')
  if (!text.includes('\ufffd')) return text
  return buffer
    .toString('latin1')
    .split(surrogate)
    .map((part) => Buffer.from(part, 'latin1').toString('utf8'))
    .join('\ufffd')
}
