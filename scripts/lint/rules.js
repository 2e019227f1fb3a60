import { refusal, resolved, roomOf } from './rooms.js';

const socketModules = /^(ws|isomorphic-ws|undici|(node:)?(net|tls|http2))(\/|$)/;
const socketNames = new Set(['WebSocket', 'EventSource']);
/** Objects through which globals are reached. */
const globals = new Set(['globalThis', 'global', 'window', 'self']);

/** Every way a module is named: import, export … from, import(), import = require(), require(), import('…') types. */
function onModule(visit) {
  const literal = (node, source) => {
    const text = source ? textOf(source) : undefined;
    if (text !== undefined) visit(node, text);
  };
  return {
    ImportDeclaration: (node) => literal(node, node.source),
    ExportNamedDeclaration: (node) => literal(node, node.source),
    ExportAllDeclaration: (node) => literal(node, node.source),
    ImportExpression: (node) => literal(node, node.source),
    TSExternalModuleReference: (node) => literal(node, node.expression),
    TSImportType: (node) => literal(node, node.argument?.literal ?? node.source ?? node.argument),
    CallExpression(node) {
      const { callee } = node;
      const isRequire = callee.type === 'Identifier' && callee.name === 'require';
      // `createRequire(…)('ws')`, `process.getBuiltinModule('node:net')`
      const isMade = callee.type === 'CallExpression' && lastName(callee) === 'createRequire';
      const isBuiltin = callee.type === 'MemberExpression' && propertyName(callee) === 'getBuiltinModule';
      if (isRequire || isMade || isBuiltin) literal(node, node.arguments[0]);
    },
  };
}

const rule = (description, messages, create) => ({
  meta: { type: 'problem', schema: [], docs: { description }, messages },
  create: (context) => {
    const room = roomOf(context.filename);
    return room ? create(context, room) : {};
  },
});

/** A string that is written out, in quotes or back-quotes. */
function textOf(node) {
  if (node.type === 'Literal' && typeof node.value === 'string') return node.value;
  return node.type === 'TemplateLiteral' && node.expressions.length === 0 ? node.quasis[0].value.cooked : undefined;
}

/** `a.b` and `a['b']` → `b`. */
function propertyName(node) {
  return node.computed ? textOf(node.property) : node.property.name;
}

/** Whether an identifier stands for a value, and is not a key, a declaration or part of a type. */
function isReference(node) {
  const { parent } = node;
  if (parent.type === 'MemberExpression') return parent.object === node;
  if (parent.type === 'Property') return parent.value === node && parent.parent.type === 'ObjectExpression';
  return (
    [
      'NewExpression',
      'VariableDeclarator',
      'CallExpression',
      'AssignmentExpression',
      'ArrayExpression',
      'ReturnStatement',
      'ConditionalExpression',
      'LogicalExpression',
      'ArrowFunctionExpression',
      'TSAsExpression',
      'AssignmentPattern',
      'ClassDeclaration',
      'ClassExpression',
    ].includes(parent.type) && parent.id !== node
  );
}

/** `const { name: other } = …` */
function isTakenOut(node) {
  return node.parent.type === 'Property' && node.parent.parent.type === 'ObjectPattern' && node.parent.key === node;
}

/** Only packages/ws-session opens sockets; servers that judge the clients are excepted. */
const socketsInSession = rule(
  'Only packages/ws-session imports ws or constructs a socket.',
  {
    module: "'{{source}}' opens sockets: only packages/ws-session may import it.",
    construct: 'Only packages/ws-session constructs a {{name}}.',
  },
  (context, room) => {
    if (!room.client || room.name === 'ws-session') return {};
    return {
      ...onModule((node, source) => {
        if (socketModules.test(source)) context.report({ node, messageId: 'module', data: { source } });
      }),
      // Every mention as a value: an alias constructs as well as the name does.
      Identifier(node) {
        if (socketNames.has(node.name) && (isReference(node) || isTakenOut(node)))
          context.report({ node, messageId: 'construct', data: { name: node.name } });
      },
      MemberExpression(node) {
        const name = propertyName(node);
        if (socketNames.has(name) && node.object.type === 'Identifier')
          context.report({ node, messageId: 'construct', data: { name } });
      },
    };
  },
);

const schemeText = /^wss?:(\/\/|$)/i;
const baseName = /(base|url|origin|host|endpoint)$/i;
/** Paths that nobody writes by chance. */
const endpointPath = /^\/(v1\/|realtime|responses|chat\/completions|audio\/|models\b)/;

/** The name an expression ends in: `options.baseURL` → `baseURL`. */
function lastName(node) {
  if (node.type === 'Identifier') return node.name;
  if (node.type === 'MemberExpression') return propertyName(node);
  if (node.type === 'CallExpression' && node.callee.type === 'MemberExpression') return lastName(node.callee.object);
  if (node.type === 'CallExpression' && node.callee.type === 'Identifier') return node.callee.name;
  if (node.type === 'TSNonNullExpression' || node.type === 'TSAsExpression') return lastName(node.expression);
  return undefined;
}

/** Only packages/ws-url turns http into ws or appends endpoint paths. */
const urlsInWsUrl = rule(
  'Only packages/ws-url turns http into ws or appends endpoint paths.',
  {
    scheme: 'Only packages/ws-url writes a ws: or wss: scheme; describe an endpoint instead.',
    path: 'Only packages/ws-url appends paths to a base URL; describe an endpoint instead.',
  },
  (context, room) => {
    if (!room.client || room.name === 'ws-url') return {};
    const isBase = (node) => {
      const name = lastName(node);
      return name !== undefined && baseName.test(name);
    };
    return {
      Literal(node) {
        if (typeof node.value === 'string' && schemeText.test(node.value))
          context.report({ node, messageId: 'scheme' });
      },
      TemplateLiteral(node) {
        const [{ value: start }] = node.quasis;
        if (schemeText.test(start.raw) || (/^wss?$/i.test(start.raw) && node.expressions.length > 0))
          context.report({ node, messageId: 'scheme' });
        node.expressions.forEach((expression, index) => {
          const following = node.quasis[index + 1].value.raw;
          const next = node.expressions[index + 1];
          const path = following === '' && next ? (textOf(next) ?? '') : following;
          if ((isBase(expression) && path.startsWith('/')) || endpointPath.test(path))
            context.report({ node, messageId: 'path' });
          if (following.startsWith('://')) context.report({ node, messageId: 'scheme' });
        });
      },
      BinaryExpression(node) {
        const { operator, left, right } = node;
        if (operator !== '+') return;
        if (/^wss?$/i.test(textOf(left) ?? '')) context.report({ node, messageId: 'scheme' });
        const text = textOf(right);
        if (text?.startsWith('://')) context.report({ node, messageId: 'scheme' });
        else if (text !== undefined && ((isBase(left) && text.startsWith('/')) || endpointPath.test(text)))
          context.report({ node, messageId: 'path' });
        else if (isBase(left) && /path$/i.test(lastName(right) ?? '')) context.report({ node, messageId: 'path' });
      },
      AssignmentExpression(node) {
        const name = node.left.type === 'MemberExpression' ? propertyName(node.left) : undefined;
        const added = node.operator === '+=' ? (textOf(node.right) ?? '') : '';
        if (name === 'pathname' || endpointPath.test(added) || (isBase(node.left) && added.startsWith('/')))
          context.report({ node, messageId: 'path' });
        if (name === 'protocol' && node.right.type === 'Literal' && /^wss?:?$/.test(String(node.right.value)))
          context.report({ node, messageId: 'scheme' });
      },
      NewExpression(node) {
        const [path, base] = node.arguments;
        if (node.callee.name === 'URL' && base && path.type !== 'SpreadElement')
          context.report({ node, messageId: 'path' });
      },
      CallExpression(node) {
        const {
          callee,
          arguments: [pattern, replacement],
        } = node;
        if (callee.type !== 'MemberExpression') return;
        const { object, property } = callee;
        const text = pattern?.type === 'Literal' ? String(pattern.value) : '';
        if (property.name === 'concat' && ((isBase(object) && text.startsWith('/')) || endpointPath.test(text)))
          context.report({ node, messageId: 'path' });
        if (
          property.name === 'join' &&
          text === '/' &&
          object.type === 'ArrayExpression' &&
          object.elements.some((each) => each && isBase(each))
        )
          context.report({ node, messageId: 'path' });
        if (property.name === 'parse' && object.name === 'URL' && node.arguments.length > 1)
          context.report({ node, messageId: 'path' });
        if (!['replace', 'replaceAll'].includes(property.name)) return;
        const from = pattern?.type === 'Literal' ? String(pattern.regex?.pattern ?? pattern.value) : '';
        const result = replacement?.type === 'ArrowFunctionExpression' ? replacement.body : replacement;
        const to = (result && textOf(result)) ?? '';
        if (/http/i.test(from) && /^wss?/i.test(to)) context.report({ node, messageId: 'scheme' });
      },
    };
  },
);

/** The environment is read where options are resolved, nowhere else. */
const environmentInOptions = rule(
  'process.env only in an options.ts (or a cli.ts).',
  { environment: 'Read the environment in an options.ts.' },
  (context) => {
    if (/(^|\/)(options|cli)\.ts$/.test(context.filename.replaceAll('\\', '/'))) return {};
    return {
      MemberExpression(node) {
        if (propertyName(node) === 'env' && lastName(node.object) === 'process')
          context.report({ node, messageId: 'environment' });
      },
      // `process` under another name, or handed to somebody who takes `env` from it.
      Identifier(node) {
        if (node.name === 'process' && node.parent.type !== 'MemberExpression' && isReference(node))
          context.report({ node, messageId: 'environment' });
      },
      VariableDeclarator(node) {
        if (node.id.type !== 'ObjectPattern' || !node.init || lastName(node.init) !== 'process') return;
        if (node.id.properties.some((property) => property.key?.name === 'env'))
          context.report({ node, messageId: 'environment' });
      },
      // `import p from 'node:process'` and `import * as p`: the same object by another name.
      'ImportDefaultSpecifier, ImportNamespaceSpecifier'(node) {
        if (/^(node:)?process$/.test(node.parent.source.value)) context.report({ node, messageId: 'environment' });
      },
      ImportSpecifier(node) {
        if (node.imported.name === 'env' && /^(node:)?process$/.test(node.parent.source.value))
          context.report({ node, messageId: 'environment' });
      },
    };
  },
);

/** The arrows of the layers. */
const arrows = rule(
  'Imports follow the arrows of the layers.',
  { arrow: "'{{source}}' is out of reach: {{reason}}." },
  (context, room) =>
    onModule((node, source) => {
      const reason = refusal(room, resolved(context.filename, source));
      if (reason) context.report({ node, messageId: 'arrow', data: { source, reason } });
    }),
);

/** The rules of the house, as an ESLint plugin. */
export const patchbay = {
  meta: { name: 'patchbay' },
  rules: {
    arrows,
    'environment-in-options': environmentInOptions,
    'sockets-in-session': socketsInSession,
    'urls-in-ws-url': urlsInWsUrl,
  },
};

/** Where they hold: what we publish, without tests, fixtures and generated files. */
export const houseRules = {
  name: 'patchbay/house',
  files: ['plugins/*/src/**/*.{ts,mts,cts}', 'packages/*/src/**/*.{ts,mts,cts}'],
  // A rule that a comment can switch off is none.
  linterOptions: { noInlineConfig: true },
  ignores: ['**/*.test.ts', '**/*.test-d.ts', '**/__fixtures__/**', '**/*.generated.ts'],
  plugins: { patchbay },
  rules: {
    'patchbay/arrows': 'error',
    'patchbay/environment-in-options': 'error',
    'patchbay/sockets-in-session': 'error',
    'patchbay/urls-in-ws-url': 'error',
    'max-lines': ['error', { max: 400 }],
  },
};
