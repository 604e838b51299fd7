/** Avro's primitive types; no namespace may define one of these names. */
export const primitiveNames: ReadonlySet<string> = new Set(['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'])

/** Is it a name (`[A-Za-z_][A-Za-z0-9_]*`) or, if `dotted`, names with dots between them? */
export function isName(text: string, dotted: boolean): boolean {
  return text.length <= maxName && (dotted ? /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*$/ : /^[A-Za-z_]\w*$/).test(text)
}

/** The full name: a name with a dot is one already, any other is within the namespace. */
export function qualify(name: string, namespace: string): string {
  return name.includes('.') || namespace === '' ? name : `${namespace}.${name}`
}

/** Longer names are no names: generated files could not be called after them. */
const maxName = 500
