import ts from 'typescript';

/** Where in a type the two differ, e.g. `.response.output`, and how. */
interface Mismatch {
  path: string;
  what: string;
}

/** Compares the type of one thing in both packages, as its users meet it. */
export class TypeComparison {
  readonly #checker: ts.TypeChecker;
  /** Exported types of upstream and ours of the same name: each is compared by itself, wherever it is used. */
  readonly #paired: ReadonlyMap<ts.Symbol, ts.Symbol>;

  constructor(checker: ts.TypeChecker, paired: ReadonlyMap<ts.Symbol, ts.Symbol>) {
    this.#checker = checker;
    this.#paired = paired;
  }

  /**
   * For what users are given: results, fields, payloads of events. Whatever a program does with upstream's, it must be
   * able to do with ours, except that an event may have a second spelling of its `type`: that of the GA API.
   */
  misread(ours: ts.Type, theirs: ts.Type): Mismatch[] {
    return this.#misread(ours, theirs, '', []);
  }

  /** For what users hand over: parameters and options. Whatever upstream takes, literally too, must be taken here. */
  miswritten(theirs: ts.Type, ours: ts.Type): Mismatch[] {
    return this.#miswritten(theirs, ours, '', []);
  }

  #misread(ours: ts.Type, theirs: ts.Type, path: string, seen: Pair[]): Mismatch[] {
    if (this.#isDone(ours, theirs, seen) || this.#isElsewhere(ours, theirs, seen)) return [];
    const known = membersOf(theirs);
    return membersOf(ours).flatMap((member) => {
      const attempts = known.map((each) => this.#misreadMember(member, each, path, [...seen, [ours, theirs]]));
      return closest(attempts, path);
    });
  }

  #misreadMember(ours: ts.Type, theirs: ts.Type, path: string, seen: Pair[]): Mismatch[] {
    if (this.#isElsewhere(ours, theirs, seen)) return [];
    const [items, theirItems] = [this.#argumentsOf(ours, theirs), this.#argumentsOf(theirs, ours)];
    if (items && theirItems)
      return items.flatMap((each, at) => this.#misread(each, theirItems[at]!, `${path}[]`, seen));
    if (!this.#isOpen(theirs) || !isObject(ours)) return this.#unassignable(ours, theirs, path);
    if (indexOf(theirs) && !indexOf(ours)) return [{ path, what: 'other fields cannot be read' }];
    return theirs.getProperties().flatMap((property): Mismatch[] => {
      const at = `${path}.${property.name}`;
      const [from, to] = [this.#fieldOf(ours, property.name), this.#typeOf(property)];
      if (!from) return [{ path: at, what: 'is not there' }];
      const isSpelling = at === '.type' && isLiteral(to) && this.#checker.isTypeAssignableTo(to, from);
      return isSpelling ? [] : this.#misread(from, to, at, seen);
    });
  }

  #miswritten(theirs: ts.Type, ours: ts.Type, path: string, seen: Pair[]): Mismatch[] {
    if (this.#isDone(theirs, ours, seen) || this.#isElsewhere(theirs, ours, seen)) return [];
    const taking = membersOf(ours);
    return membersOf(theirs).flatMap((member) => {
      const attempts = taking.map((each) => this.#miswrittenMember(member, each, path, [...seen, [theirs, ours]]));
      // One that spells several types may be one of each here.
      const isTaken = this.#checker.isTypeAssignableTo(member, ours) && !this.#hasUnknownField(member, taking);
      return isTaken ? [] : closest(attempts, path);
    });
  }

  #miswrittenMember(theirs: ts.Type, ours: ts.Type, path: string, seen: Pair[]): Mismatch[] {
    if (this.#isElsewhere(theirs, ours, seen)) return [];
    const [theirItems, items] = [this.#argumentsOf(theirs, ours), this.#argumentsOf(ours, theirs)];
    if (theirItems && items)
      return theirItems.flatMap((each, at) => this.#miswritten(each, items[at]!, `${path}[]`, seen));
    if (!this.#isOpen(theirs) || !isObject(ours)) return this.#unassignable(theirs, ours, path);
    // `object` takes every field.
    if (ours.getProperties().length === 0) return [];
    const missing = ours.getProperties().filter((own) => !isOptional(own) && !this.#fieldOf(theirs, own.name));
    const taken = theirs.getProperties().flatMap((property): Mismatch[] => {
      const own = this.#fieldOf(ours, property.name);
      const at = `${path}.${property.name}`;
      return own ? this.#miswritten(this.#typeOf(property), own, at, seen) : [{ path: at, what: 'is not known' }];
    });
    return [...taken, ...missing.map(({ name }) => ({ path: `${path}.${name}`, what: 'has to be given' }))];
  }

  /** The compiler refuses a field in a literal that the type does not have. */
  #hasUnknownField(theirs: ts.Type, ours: readonly ts.Type[]): boolean {
    const isKnown = ({ name }: ts.Symbol): boolean => ours.some((each) => this.#fieldOf(each, name) !== undefined);
    return this.#isOpen(theirs) && !theirs.getProperties().every(isKnown);
  }

  /** The same type, or one that is being compared. */
  #isDone(from: ts.Type, to: ts.Type, seen: Pair[]): boolean {
    return from === to || isAny(from) || isAny(to) || seen.some(([a, b]) => a === from && b === to);
  }

  /** A type that is compared by itself, and is not the one that is being compared now. */
  #isElsewhere(from: ts.Type, to: ts.Type, [outermost]: Pair[]): boolean {
    if (!outermost || (outermost[0] === from && outermost[1] === to)) return false;
    const [a, b] = [from, to].map((type) => type.aliasSymbol ?? type.symbol);
    return a !== undefined && b !== undefined && (this.#paired.get(a) === b || this.#paired.get(b) === a);
  }

  /** Whose fields are looked at one by one. Classes and what other packages declare are left to the compiler. */
  #isOpen(type: ts.Type): boolean {
    if (!isObject(type) || type.isClass() || this.#checker.isArrayType(type) || type.getCallSignatures().length > 0)
      return false;
    const [declaration] = type.symbol?.declarations ?? [];
    const isInline = !type.symbol || type.symbol.name === '__type';
    return isInline || Boolean(declaration?.getSourceFile().fileName.includes('agents-plugin-'));
  }

  #unassignable(source: ts.Type, target: ts.Type, path: string): Mismatch[] {
    if (this.#checker.isTypeAssignableTo(source, target)) return [];
    // Classes with private fields are never assignable: one of the same name is compared member by member.
    if (source.isClass() && target.isClass() && source.symbol.name === target.symbol.name) return [];
    const [from, to] = [source, target].map((type) => this.#checker.typeToString(type).slice(0, 200));
    return [{ path, what: `${from} does not fit ${to}` }];
  }

  /** Of lists, channels and the like, if the other one is one as well. */
  #argumentsOf(type: ts.Type, other: ts.Type): readonly ts.Type[] | undefined {
    const [target, otherTarget] = [type, other].map((each) => (each as Partial<ts.TypeReference>).target);
    const isSame = target !== undefined && target === otherTarget;
    const given = isSame ? this.#checker.getTypeArguments(type as ts.TypeReference) : [];
    return given.length > 0 ? given : undefined;
  }

  /** What is read or written under a name. */
  #fieldOf(type: ts.Type, name: string): ts.Type | undefined {
    const symbol = type.getProperty(name);
    return symbol ? this.#typeOf(symbol) : indexOf(type);
  }

  #typeOf(symbol: ts.Symbol): ts.Type {
    return this.#checker.getTypeOfSymbol(symbol);
  }
}

type Pair = [ts.Type, ts.Type];

function membersOf(type: ts.Type): readonly ts.Type[] {
  return type.isUnion() ? type.types : [type];
}

function isObject(type: ts.Type): boolean {
  return (type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection | ts.TypeFlags.NonPrimitive)) !== 0;
}

function isAny(type: ts.Type): boolean {
  return (type.flags & ts.TypeFlags.Any) !== 0;
}

function isLiteral(type: ts.Type): boolean {
  return membersOf(type).every((each) => each.isStringLiteral());
}

function isOptional(symbol: ts.Symbol): boolean {
  return (symbol.flags & ts.SymbolFlags.Optional) !== 0;
}

function indexOf(type: ts.Type): ts.Type | undefined {
  return type.getStringIndexType();
}

/** The mismatches with the member of the other union that was meant, if none fits: of the same `type`, and alike longest. */
function closest(attempts: Mismatch[][], path: string): Mismatch[] {
  const isSameType = (attempt: Mismatch[]): boolean => !attempt.some((each) => each.path === `${path}.type`);
  const depth = (attempt: Mismatch[]): number => Math.max(0, ...attempt.map((each) => each.path.length));
  if (attempts.some((attempt) => attempt.length === 0)) return [];
  return attempts.filter(isSameType).sort((a, b) => depth(b) - depth(a))[0] ?? attempts[0] ?? [];
}
