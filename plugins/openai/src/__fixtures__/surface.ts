import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** One name that a package exports, or a member of it, e.g. `realtime.RealtimeSession.truncate`. */
export interface Difference {
  name: string;
  /** What an import of it, or a use of it, would run into. */
  what: string;
}

const upstreamEntry = fileURLToPath(import.meta.resolve('@livekit/agents-plugin-openai')).replace(/\.js$/, '.d.ts');
const ourEntry = join(import.meta.dirname, '../index.ts');

/** Everything that a program written for upstream's package would not find here, or would find of another type. */
export function compareSurfaces(): Difference[] {
  const program = ts.createProgram([upstreamEntry, ourEntry], {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    customConditions: ['dev'],
    types: ['node'],
    strict: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
  });
  return new Comparison(program.getTypeChecker(), program).run();
}

class Comparison {
  readonly #checker: ts.TypeChecker;
  readonly #program: ts.Program;
  readonly #differences: Difference[] = [];

  constructor(checker: ts.TypeChecker, program: ts.Program) {
    this.#checker = checker;
    this.#program = program;
  }

  run(): Difference[] {
    this.#modules('', this.#moduleOf(upstreamEntry), this.#moduleOf(ourEntry));
    return this.#differences;
  }

  #moduleOf(file: string): ts.Symbol {
    const source = this.#program.getSourceFile(file);
    const symbol = source && this.#checker.getSymbolAtLocation(source);
    if (!symbol) throw new Error(`${file} is no module`);
    return symbol;
  }

  #modules(prefix: string, theirs: ts.Symbol, ours: ts.Symbol): void {
    const found = new Map(this.#checker.getExportsOfModule(ours).map((symbol) => [symbol.name, this.#resolve(symbol)]));
    for (const exported of this.#checker.getExportsOfModule(theirs)) {
      const name = `${prefix}${exported.name}`;
      const own = found.get(exported.name);
      if (own) this.#symbols(name, this.#resolve(exported), own);
      else this.#note(name, 'is not exported');
    }
  }

  #symbols(name: string, theirs: ts.Symbol, ours: ts.Symbol): void {
    if (theirs.flags & ts.SymbolFlags.ValueModule) return this.#modules(`${name}.`, theirs, ours);
    if (theirs.flags & ts.SymbolFlags.Class) return this.#classes(name, theirs, ours);
    if (theirs.flags & ts.SymbolFlags.Value) {
      return this.#assignable(name, this.#valueType(ours), this.#valueType(theirs));
    }
    const [their, our] = [theirs, ours].map((symbol) => this.#checker.getDeclaredTypeOfSymbol(symbol));
    // Options and client events are handed to us, results and server events are read from us.
    if (!this.#fits(our!, their!)) this.#assignable(name, their!, our!);
  }

  #classes(name: string, theirs: ts.Symbol, ours: ts.Symbol): void {
    if (!(ours.flags & ts.SymbolFlags.Class)) return this.#note(name, 'is no class');
    const [theirStatics, ourStatics] = [this.#valueType(theirs), this.#valueType(ours)];
    this.#constructors(name, theirStatics, ourStatics);
    this.#members(name, theirStatics, ourStatics);
    this.#members(name, this.#checker.getDeclaredTypeOfSymbol(theirs), this.#checker.getDeclaredTypeOfSymbol(ours));
  }

  #constructors(name: string, theirs: ts.Type, ours: ts.Type): void {
    const [[theirConstructor], [ourConstructor]] = [theirs.getConstructSignatures(), ours.getConstructSignatures()];
    if (!theirConstructor || !ourConstructor) return;
    this.#parameters(`${name}.constructor`, theirConstructor, ourConstructor);
  }

  #parameters(name: string, theirs: ts.Signature, ours: ts.Signature): void {
    for (const [index, parameter] of theirs.parameters.entries()) {
      const own = ours.parameters[index];
      if (!own) continue;
      const [given, taken] = [this.#valueType(parameter), this.#valueType(own)];
      const parts = given.isUnion() && isOptional(own) ? given.types.filter((each) => !isUndefined(each)) : [given];
      for (const part of parts) this.#assignable(`${name}(${parameter.name})`, part, taken);
    }
  }

  #members(name: string, theirs: ts.Type, ours: ts.Type): void {
    for (const member of theirs.getProperties()) {
      if (member.name === 'prototype' || !this.#isSurface(member)) continue;
      const path = `${name}.${member.name}`;
      const own = ours.getProperty(member.name);
      if (!own) {
        this.#note(path, 'is not there');
        continue;
      }
      const [theirMethod] = this.#valueType(member).getCallSignatures();
      const [ourMethod] = this.#valueType(own).getCallSignatures();
      if (theirMethod && ourMethod) {
        this.#parameters(path, theirMethod, ourMethod);
        this.#assignable(`${path}()`, ourMethod.getReturnType(), theirMethod.getReturnType());
      } else {
        this.#assignable(path, this.#valueType(own), this.#valueType(member));
      }
    }
  }

  /** Declared in upstream's package, and not private to it. */
  #isSurface(member: ts.Symbol): boolean {
    const [declaration] = member.declarations ?? [];
    if (!declaration?.getSourceFile().fileName.includes('agents-plugin-openai')) return false;
    return !(ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Private) && !/^(__#|#)/.test(member.name);
  }

  /** Classes with private fields are never assignable: one of the same name was compared member by member. */
  #fits(source: ts.Type, target: ts.Type): boolean {
    const isSameClass = source.isClass() && target.isClass() && source.symbol.name === target.symbol.name;
    return isSameClass || this.#checker.isTypeAssignableTo(source, target);
  }

  #assignable(name: string, source: ts.Type, target: ts.Type): void {
    if (this.#fits(source, target)) return;
    const [from, to] = [source, target].map((type) => this.#checker.typeToString(type).slice(0, 200));
    this.#note(name, `${from} does not fit ${to}`);
  }

  #valueType(symbol: ts.Symbol): ts.Type {
    return this.#checker.getTypeOfSymbol(symbol);
  }

  #resolve(symbol: ts.Symbol): ts.Symbol {
    return symbol.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(symbol) : symbol;
  }

  #note(name: string, what: string): void {
    this.#differences.push({ name, what });
  }
}

function isUndefined(type: ts.Type): boolean {
  return (type.flags & ts.TypeFlags.Undefined) !== 0;
}

function isOptional(parameter: ts.Symbol): boolean {
  const declaration = parameter.valueDeclaration;
  return (
    declaration !== undefined &&
    ts.isParameter(declaration) &&
    (!!declaration.questionToken || !!declaration.initializer)
  );
}
