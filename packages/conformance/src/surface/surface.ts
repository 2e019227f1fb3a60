import ts from 'typescript';
import { TypeComparison } from './surface-types.ts';

/** One name that a package exports, or a member of it, e.g. `realtime.RealtimeSession.truncate`. */
export interface Difference {
  name: string;
  /** What an import of it, or a use of it, would run into. */
  what: string;
}

/** Everything that a program written for upstream's package would not find in ours, or would find of another type. */
export function compareSurfaces(theirs: string, ours: string): Difference[] {
  const program = ts.createProgram([theirs, ours], {
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
  return new Comparison(program.getTypeChecker(), program).run(theirs, ours);
}

/** Types that users write and do not get back: options, and names to complete in an editor. */
const onlyWritten = /(Options|Models?|Voices?)$|^Reasoning(Effort)?$/;
/** What a session holds of a reply. */
const onlyRead = /Generation$/;

class Comparison {
  readonly #checker: ts.TypeChecker;
  readonly #program: ts.Program;
  readonly #differences: Difference[] = [];
  /** Exported types of upstream, and ours of the same name. */
  readonly #paired = new Map<ts.Symbol, ts.Symbol>();
  readonly #types: TypeComparison;

  constructor(checker: ts.TypeChecker, program: ts.Program) {
    this.#checker = checker;
    this.#program = program;
    this.#types = new TypeComparison(checker, this.#paired);
  }

  run(theirEntry: string, ourEntry: string): Difference[] {
    const [theirs, ours] = [this.#moduleOf(theirEntry), this.#moduleOf(ourEntry)];
    this.#pair(theirs, ours);
    this.#modules('', theirs, ours);
    return this.#differences;
  }

  #pair(theirs: ts.Symbol, ours: ts.Symbol): void {
    const found = new Map(this.#checker.getExportsOfModule(ours).map((symbol) => [symbol.name, this.#resolve(symbol)]));
    for (const exported of this.#checker.getExportsOfModule(theirs)) {
      const [their, own] = [this.#resolve(exported), found.get(exported.name)];
      if (own && their.flags & ts.SymbolFlags.ValueModule) this.#pair(their, own);
      else if (own && their.flags & ts.SymbolFlags.Type) this.#paired.set(their, own);
    }
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
      return this.#signature(name, this.#valueType(theirs), this.#valueType(ours));
    }
    const [their, our] = [theirs, ours].map((symbol) => this.#checker.getDeclaredTypeOfSymbol(symbol));
    // Events are read by listeners, and written by those who extend a session.
    if (!onlyRead.test(name)) this.#written(name, their!, our!);
    if (!onlyWritten.test(name)) this.#read(name, our!, their!);
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
      for (const part of parts) this.#written(`${name}(${parameter.name})`, part, taken);
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
      this.#signature(path, this.#valueType(member), this.#valueType(own));
    }
  }

  /** A function, or a value that is read. */
  #signature(name: string, theirs: ts.Type, ours: ts.Type): void {
    const [[theirFunction], [ourFunction]] = [theirs.getCallSignatures(), ours.getCallSignatures()];
    if (!theirFunction || !ourFunction) return this.#read(name, ours, theirs);
    this.#parameters(name, theirFunction, ourFunction);
    this.#read(`${name}()`, this.#resultOf(ourFunction), this.#resultOf(theirFunction));
  }

  /** Declared in upstream's package, and not private to it. */
  #isSurface(member: ts.Symbol): boolean {
    const [declaration] = member.declarations ?? [];
    if (!declaration?.getSourceFile().fileName.includes('agents-plugin-')) return false;
    return !(ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Private) && !/^(__#|#)/.test(member.name);
  }

  #read(name: string, ours: ts.Type, theirs: ts.Type): void {
    for (const { path, what } of this.#types.misread(ours, theirs)) this.#note(`${name}${path}`, `reading: ${what}`);
  }

  #written(name: string, theirs: ts.Type, ours: ts.Type): void {
    for (const { path, what } of this.#types.miswritten(theirs, ours)) this.#note(`${name}${path}`, `writing: ${what}`);
  }

  #resultOf(called: ts.Signature): ts.Type {
    const result = called.getReturnType();
    return this.#checker.getAwaitedType(result) ?? result;
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
