import { posix } from 'node:path';
import { format, resolveConfig } from 'prettier';
import ts from 'typescript';
import type { Packed } from './tarball.ts';
import type { Manifest } from './workspace.ts';

type Read = (path: string) => string;

/** What the page says that tells what a package exports, `api.md` beside its manifest: a change of it is one for users. */
export async function apiPage({ manifest, read }: Packed, path: string): Promise<string> {
  const entries = Object.entries(declarationsOf(manifest));
  const files = reachable(
    entries.map(([, file]) => file),
    read,
  );
  const lists = entries.map(([path, file]) => {
    const specifier = posix.join(manifest.name, path);
    return [`## \`${specifier}\`\n`, ...exportedNames(file, read).map((name) => lineOf(name, file, read)), ''].join(
      '\n',
    );
  });
  const page = [
    `# What ${manifest.name} exports\n`,
    'Written by `pnpm check:packages --write`: what is different here is different for users.\n',
    ...lists,
    '## Declarations\n',
    '```ts\n' + [...importsOf(files), ...statementsOf(files)].join('\n') + '\n```\n',
  ].join('\n');
  return format(page, { ...(await resolveConfig(path)), parser: 'markdown' });
}

/** The names that a declaration file exports, sorted; `type ` before those that are types alone. */
export function exportedNames(file: string, read: Read): string[] {
  const source = parsed(file, read);
  const names = source.statements.flatMap((statement) => {
    if (ts.isExportDeclaration(statement)) {
      const { exportClause, isTypeOnly } = statement;
      if (exportClause === undefined) {
        const specifier = specifierOf(statement)!;
        return specifier.startsWith('.')
          ? exportedNames(besides(file, specifier), read).filter((name) => name !== 'default')
          : [`* from '${specifier}'`];
      }
      if (ts.isNamespaceExport(exportClause)) return [exportClause.name.text];
      return exportClause.elements.map(
        ({ name, isTypeOnly: type }) => `${isTypeOnly || type ? 'type ' : ''}${name.text}`,
      );
    }
    if (!hasModifier(statement, ts.SyntaxKind.ExportKeyword)) return [];
    const type = ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement) ? 'type ' : '';
    return declaredNames(statement).map((name) => type + name);
  });
  return [...new Set(names)].sort((one, other) => order(one.replace(/^type /, ''), other.replace(/^type /, '')));
}

/** A name, and what it is called where it is declared if that is something else: two names may have changed places. */
function lineOf(name: string, file: string, read: Read): string {
  const exported = name.replace(/^type /, '');
  const declared = declaredAs(exported, file, read);
  return declared === undefined || declared === exported ? `- \`${name}\`` : `- \`${name}\`, which is \`${declared}\``;
}

/** What an exported name is called in the file that declares it, or in the package that it comes from. */
function declaredAs(name: string, path: string, read: Read): string | undefined {
  const file = posix.normalize(path);
  const { statements } = parsed(file, read);
  const elsewhere = (specifier: string | undefined, there: string): string | undefined =>
    specifier?.startsWith('.') ? declaredAs(there, besides(file, specifier), read) : there;
  for (const statement of statements.filter(ts.isExportDeclaration)) {
    const { exportClause } = statement;
    if (exportClause === undefined || !ts.isNamedExports(exportClause)) continue;
    const element = exportClause.elements.find((each) => each.name.text === name);
    if (element === undefined) continue;
    const local = (element.propertyName ?? element.name).text;
    if (statement.moduleSpecifier !== undefined) return elsewhere(specifierOf(statement), local);
    const imported = statements.filter(ts.isImportDeclaration).flatMap((each) => {
      const { namedBindings: bindings } = each.importClause ?? {};
      if (bindings === undefined || !ts.isNamedImports(bindings)) return [];
      const found = bindings.elements.find((binding) => binding.name.text === local);
      return found === undefined ? [] : [{ from: specifierOf(each), there: (found.propertyName ?? found.name).text }];
    })[0];
    return imported === undefined ? local : elsewhere(imported.from, imported.there);
  }
  if (statements.some((each) => hasModifier(each, ts.SyntaxKind.ExportKeyword) && declaredNames(each).includes(name)))
    return name;
  for (const statement of statements.filter(ts.isExportDeclaration)) {
    if (statement.exportClause !== undefined || !specifierOf(statement)?.startsWith('.')) continue;
    const found = elsewhere(specifierOf(statement), name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The declaration file that another one imports from beside it. */
function besides(file: string, specifier: string): string {
  return posix.join(posix.dirname(file), specifier.replace(/\.([cm]?)js$/, '.d.$1ts'));
}

/** Path of `exports` → the declaration file for ES modules. */
function declarationsOf({ exports = {} }: Manifest): Record<string, string> {
  const paths = Object.entries(exports).flatMap(([path, target]) => {
    const file = (target as { import?: { types?: string } }).import?.types;
    return file === undefined ? [] : [[path, file] as const];
  });
  return Object.fromEntries(paths);
}

/** These files and those that they import from beside them. */
function reachable(files: readonly string[], read: Read): ts.SourceFile[] {
  const found = new Map<string, ts.SourceFile>();
  const visit = (path: string): void => {
    const file = posix.normalize(path);
    if (found.has(file)) return;
    const source = parsed(file, read);
    found.set(file, source);
    for (const specifier of source.statements.flatMap((statement) => specifierOf(statement) ?? [])) {
      if (specifier.startsWith('.')) visit(besides(file, specifier));
    }
  };
  files.forEach(visit);
  return [...found.values()];
}

function specifierOf(statement: ts.Statement): string | undefined {
  if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) return undefined;
  const { moduleSpecifier } = statement;
  return moduleSpecifier !== undefined && ts.isStringLiteral(moduleSpecifier) ? moduleSpecifier.text : undefined;
}

/** What is taken from other packages, in lines of one package each. */
function importsOf(files: readonly ts.SourceFile[]): string[] {
  const names = new Map<string, Set<string>>();
  for (const file of files) {
    for (const statement of file.statements) {
      const specifier = specifierOf(statement);
      if (specifier === undefined || specifier.startsWith('.')) continue;
      const of = names.get(specifier) ?? new Set();
      names.set(specifier, of);
      if (ts.isExportDeclaration(statement)) {
        const { exportClause: clause } = statement;
        if (clause !== undefined && ts.isNamedExports(clause))
          for (const element of clause.elements) of.add(element.getText(file));
        continue;
      }
      const { name, namedBindings: bindings } = (statement as ts.ImportDeclaration).importClause ?? {};
      if (name !== undefined) of.add(`default as ${name.text}`);
      if (bindings === undefined) continue;
      if (ts.isNamespaceImport(bindings)) of.add(`* as ${bindings.name.text}`);
      else for (const element of bindings.elements) of.add(element.getText(file));
    }
  }
  return [...names]
    .sort(([one], [other]) => order(one, other))
    .map(([specifier, of]) => `// from ${specifier}: ${[...of].sort(order).join(', ')}`);
}

/** Every declaration by name, without comments and what nobody outside can use. */
function statementsOf(files: readonly ts.SourceFile[]): string[] {
  const printer = ts.createPrinter({ removeComments: true });
  const printed = files.flatMap((file) =>
    file.statements
      .filter((statement) => specifierOf(statement) === undefined && !ts.isExportDeclaration(statement))
      .map((statement) => ({
        name: declaredNames(statement)[0] ?? '',
        text: printer
          .printNode(ts.EmitHint.Unspecified, withoutPrivate(statement), file)
          .replace(/^export /, '')
          .replace(/^declare /, ''),
      })),
  );
  const seen = new Set<string>();
  return printed
    .filter(({ text }) => text.trim() !== '' && !seen.has(text) && seen.add(text))
    .sort((one, other) => order(one.name, other.name) || order(one.text, other.text))
    .map(({ text }) => text);
}

function withoutPrivate(statement: ts.Statement): ts.Statement {
  if (!ts.isClassDeclaration(statement)) return statement;
  const { modifiers, name, typeParameters, heritageClauses, members } = statement;
  const open = members.filter((member) => {
    const secret = member.name !== undefined && ts.isPrivateIdentifier(member.name);
    return !secret && !hasModifier(member, ts.SyntaxKind.PrivateKeyword);
  });
  return ts.factory.updateClassDeclaration(statement, modifiers, name, typeParameters, heritageClauses, open);
}

function declaredNames(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.flatMap(({ name }) => (ts.isIdentifier(name) ? [name.text] : []));
  }
  const { name } = statement as { name?: ts.Node };
  return name !== undefined && ts.isIdentifier(name) ? [name.text] : [];
}

function hasModifier(node: ts.Node, kind: ts.SyntaxKind): boolean {
  return ts.canHaveModifiers(node) && (ts.getModifiers(node)?.some((modifier) => modifier.kind === kind) ?? false);
}

function parsed(file: string, read: Read): ts.SourceFile {
  return ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest);
}

/** The same on every machine. */
function order(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
