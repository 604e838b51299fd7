/** Words that cannot name a type or variable of TypeScript, in a module. */
const words =
  'any as asserts async await bigint boolean break case catch class const constructor continue debugger declare default delete do else enum export ' +
  'extends false finally for from function get global if implements import in infer instanceof interface intrinsic is keyof let module namespace ' +
  'never new null number object of out package private protected prototype public readonly require return satisfies set static string super ' +
  'switch symbol this throw true try type typeof undefined unique unknown using var void while with yield arguments eval accessor override ' +
  'exports __proto__ __dirname __filename Infinity NaN globalThis'

/** Globals of JavaScript, and what generated code needs of TypeScript's; a type of their name would hide them from who imports it. */
const globals =
  'AggregateError Array ArrayBuffer AsyncIterable AsyncIterator Atomics BigInt BigInt64Array BigUint64Array Boolean Buffer DataView Date Error ' +
  'EvalError FinalizationRegistry Float32Array Float64Array Function Int16Array Int32Array Int8Array Intl Iterable Iterator JSON Map Math Number ' +
  'Object Partial Promise PromiseLike Proxy RangeError Readonly ReadonlyArray ReadonlyMap ReadonlySet Record ReferenceError Reflect RegExp Set ' +
  'SharedArrayBuffer String Symbol SyntaxError TypeError URIError Uint16Array Uint32Array Uint8Array Uint8ClampedArray WeakMap WeakRef WeakSet ' +
  'WebAssembly console fetch process performance structuredClone queueMicrotask setImmediate setInterval setTimeout'

/** Names that generated code does not declare: a type of such a name gets an underscore at its end. */
export const reservedNames: ReadonlySet<string> = new Set([...words.split(' '), ...globals.split(' ')])
