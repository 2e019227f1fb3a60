import { glob, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import ts from 'typescript';

/**
 * Tables of options in the READMEs of plugins, from the types that the plugin exports and their comments:
 *
 *     <!-- options STTOptions without DeepgramConnectOptions -->
 *     <!-- end of options -->
 */
const place = /(<!-- options (\w+)(?: without (\w+))? -->)[\s\S]*?(<!-- end of options -->)/g;

const root = join(import.meta.dirname, '..');

/** READMEs that have such a place. */
export async function pages(): Promise<string[]> {
  const found: string[] = [];
  for await (const file of glob('plugins/*/README.md', { cwd: root })) {
    const page = join(root, file);
    if ((await readFile(page, 'utf8')).search(place) >= 0) found.push(page);
  }
  return found.sort();
}

/** A README with its tables as the types say them now. */
export async function generateOptions(page: string): Promise<string> {
  const types = new ExportedTypes(join(dirname(page), 'src/index.ts'));
  const text = (await readFile(page, 'utf8')).replace(
    place,
    (_all, begin: string, name: string, without: string | undefined, end: string) =>
      `${begin}\n\n${table(types.optionsOf(name, without))}\n\n${end}`,
  );
  return format(text, { ...(await resolveConfig(page)), parser: 'markdown' });
}

interface Option {
  name: string;
  type: string;
  meaning: string;
  default: string;
}

/** What a plugin exports. */
class ExportedTypes {
  readonly #checker: ts.TypeChecker;
  readonly #exports: ReadonlyMap<string, ts.Symbol>;

  constructor(entry: string) {
    const program = ts.createProgram([entry], {
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
    this.#checker = program.getTypeChecker();
    const module = this.#checker.getSymbolAtLocation(program.getSourceFile(entry)!)!;
    this.#exports = new Map(this.#checker.getExportsOfModule(module).map((symbol) => [symbol.name, symbol]));
  }

  optionsOf(name: string, without?: string): Option[] {
    const left = new Set(without === undefined ? [] : this.#fieldsOf(without).map((field) => field.name));
    return this.#fieldsOf(name)
      .filter((field) => !left.has(field.name))
      .map((field) => this.#describe(field, name));
  }

  #fieldsOf(name: string): ts.Symbol[] {
    const symbol = this.#exports.get(name);
    if (!symbol) throw new Error(`the plugin exports no type ${name}`);
    const own = symbol.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(symbol) : symbol;
    return this.#checker.getDeclaredTypeOfSymbol(own).getProperties();
  }

  #describe(field: ts.Symbol, owner: string): Option {
    const comment = ts.displayPartsToString(field.getDocumentationComment(this.#checker)).replace(/\s+/g, ' ').trim();
    if (comment === '') throw new Error(`${owner}.${field.name} has no comment that could stand in a README`);
    const [, meaning = '', told = ''] = /^(.*?)(?:(?:^| )Default:? (.*?)\.?)?$/.exec(comment)!;
    return { name: field.name, type: typeOf(field), meaning: meaning.replace(/\.$/, ''), default: code(told) };
  }
}

/** As it is written, without what only an editor understands. */
function typeOf(field: ts.Symbol): string {
  const declared = field.declarations?.find((each) => ts.isPropertySignature(each));
  const text = declared?.type?.getText() ?? 'unknown';
  return text
    .replaceAll('(string & {})', 'string')
    .replace(/ \| undefined$/, '')
    .replace(/\s+/g, ' ');
}

/** A default that is a value, as code. */
function code(text: string): string {
  return /^(?:true|false|[\d,.]+)$/.test(text) ? `\`${text}\`` : text;
}

function table(options: readonly Option[]): string {
  const lines = options.map((option) => [
    `\`${option.name}\``,
    `\`${option.type}\``,
    [option.meaning, option.default === '' ? '' : `Default: ${option.default}`].filter(Boolean).join('. '),
  ]);
  return [['option', 'type', 'meaning'], ['---', '---', '---'], ...lines]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n');
}

if (import.meta.main) {
  for (const page of await pages()) {
    const text = await generateOptions(page);
    if (text !== (await readFile(page, 'utf8'))) await writeFile(page, text);
  }
}
