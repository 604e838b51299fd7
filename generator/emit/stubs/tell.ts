import { type MethodDeclaration, type Node, Scope, SyntaxKind } from 'ts-morph'
import type { Diagnostic } from '../../diagnostics.js'
import { Source } from '../../input/source.js'
import { operators } from '../../operators/registry.js'
import { didYouMean } from '../../suggest.js'
import { memberNames } from './missing-methods.js'
import { type GeneratedClass, methodsToWrite } from './stub.js'
import type { StubCode } from './stub-codes.js'
import type { Ancestry, ClassNode, UserClass } from './user-class.js'

/** What the user has to see to in a class: it cannot be added to, or has what nobody calls any more. */
export function problemsOf(
  { node, ancestry }: UserClass,
  classes: readonly GeneratedClass[],
  shown: (path: string) => string,
): readonly Diagnostic[] {
  const source = new Source(shown(node.getSourceFile().getFilePath()), node.getSourceFile().getFullText())
  const tell = (code: StubCode, at: Node, message: string, hint: string): Diagnostic => {
    return { code, severity: 'warning', place: source.place(at.getStart()), message, hint }
  }
  const name = node.getName() ?? 'This class'
  const at = node.getExtendsOrThrow()
  switch (ancestry.kind) {
    case 'gone': {
      const near = didYouMean(
        ancestry.name,
        classes.map(({ logic }) => logic.className),
      )
      const hint = near ?? 'Remove the class, or extend that of another step.'
      return [tell('stub-base-removed', at, `${name} extends \`${ancestry.name}\`, which no step gives any more.`, hint)]
    }
    case 'generated':
      return staleMethods(node, ancestry).map((method) => {
        const message = `\`${ancestry.base.logic.className}\` has no method \`${method.getName()}\` any more: nobody calls that of ${name}.`
        return tell('stub-method-removed', method.getNameNode(), message, 'Remove it.')
      })
    default: {
      const base = ancestry.kind === 'mixin' ? ancestry.base : classes.find(({ logic }) => logic.className === ancestry.name)!
      const own = memberNames(node)
      const missing = methodsToWrite(base.logic).filter((method) => !own.has(method.name))
      if (missing.length === 0 || node.isAbstract()) return []
      const methods = missing.map((method) => `\`${method.name}\``).join(', ')
      const [code, why] =
        ancestry.kind === 'mixin'
          ? (['stub-mixin', 'gen does not see what the function adds'] as const)
          : (['stub-unresolved', `\`${ancestry.name}\` is not imported from where it is generated`] as const)
      return [tell(code, at, `${name} has no ${methods}, and ${why}.`, 'Nothing is added here: write it yourself if it is missing.')]
    }
  }
}

/**
 * Methods that override nothing: those that say `override`, and those under a name that generated classes have, which the class does not call itself.
 * None are told if the runtime's own class cannot be found.
 */
function staleMethods(node: ClassNode, { declaration, between }: Extract<Ancestry, { kind: 'generated' }>): readonly MethodDeclaration[] {
  if (declaration.getBaseClass() === undefined) return []
  const inherited = declaration.getType().getProperties()
  const known = new Set([...inherited.map((property) => property.getName()), ...between.flatMap((each) => [...memberNames(each)])])
  const isCalled = (name: string) =>
    node.getDescendantsOfKind(SyntaxKind.ThisKeyword).some((self) => self.getParent()?.getText() === `this.${name}`)
  return node.getInstanceMethods().filter((method) => {
    const name = method.getName()
    if (known.has(name)) return false
    return method.hasOverrideKeyword() || (method.getScope() === Scope.Protected && isGeneratedName(name) && !isCalled(name))
  })
}

const generatedNames: ReadonlySet<string> = new Set(
  [...operators.values()].flatMap(({ methods }) => Object.values(methods).flatMap(({ method }) => method.match(/\w+$/g) ?? [])),
)

function isGeneratedName(name: string): boolean {
  return generatedNames.has(name) || /^(?:punctuate|aggregate)[A-Z]/.test(name)
}
