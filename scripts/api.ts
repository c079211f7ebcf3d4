/**
 * The reference in docs/api: everything that is exported, out of the docstrings.
 *
 *   npm run api              writes it
 *   npm run api -- --check   compares it with what is there, and asks for a docstring of every export
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import {
  Application,
  type Context,
  Converter,
  DeclarationReflection,
  LogLevel,
  PageEvent,
  type ProjectReflection,
  ReferenceType,
  ReflectionKind,
  type Type,
} from 'typedoc';
import type { PluginOptions } from 'typedoc-plugin-markdown';
import ts from 'typescript';
import { ROOT, runSteps } from './command.ts';

/** One line for each sub-path of the package. */
const ENTRY_POINTS = [
  'src/index.ts',
  'src/chain/index.ts',
  'src/sealing/index.ts',
  'src/signing/index.ts',
  'src/file/index.ts',
  'src/mongodb/index.ts',
  'src/testing/index.ts',
  'src/verify/index.ts',
];
const OUT = join(ROOT, 'docs', 'api');

/** The name under which the module of an entry point is imported. */
const importName = (module: string): string =>
  module === 'index' ? 'wattbook' : `wattbook/${module}`;

const MARKDOWN = {
  outputFileStrategy: 'modules',
  hidePageHeader: true,
  hideBreadcrumbs: true,
  expandObjects: true,
  expandParameters: true,
  parametersFormat: 'table',
  interfacePropertiesFormat: 'table',
  classPropertiesFormat: 'table',
  typeAliasPropertiesFormat: 'table',
  propertyMembersFormat: 'table',
  typeDeclarationFormat: 'table',
  tableColumnSettings: {
    hideDefaults: true,
    hideInherited: true,
    hideModifiers: true,
    hideOverrides: true,
    hideValues: true,
    leftAlignHeaders: true,
  },
  pageTitleTemplates: {
    index: 'Reference',
    module: ({ name }: { name: string }) => importName(name),
  },
} satisfies Partial<PluginOptions>;

function createApplication(): Promise<Application> {
  return Application.bootstrapWithPlugins({
    name: 'wattbook',
    plugin: ['typedoc-plugin-markdown'],
    entryPoints: ENTRY_POINTS.map((file) => join(ROOT, file)),
    tsconfig: join(ROOT, 'tsconfig.json'),
    skipErrorChecking: true,
    sort: ['source-order'],
    readme: 'none',
    // Lines of the source would be out of date with every edit.
    disableSources: true,
    disableGit: true,
    hideGenerator: true,
    excludeExternals: true,
    excludeInternal: true,
    excludePrivate: true,
    excludeProtected: true,
    // The tables behind records and codes stay inside; format.md describes them.
    validation: { notExported: false },
    logLevel: LogLevel.Warn,
    ...(MARKDOWN as object),
  });
}

const declarationsOf = (project: ProjectReflection): DeclarationReflection[] =>
  Object.values(project.reflections).filter((each) => each instanceof DeclarationReflection);

const mustBeDocumented =
  ReflectionKind.Class |
  ReflectionKind.Interface |
  ReflectionKind.TypeAlias |
  ReflectionKind.Function |
  ReflectionKind.Variable |
  ReflectionKind.Method |
  ReflectionKind.Accessor;

/**
 * Exports, methods and accessors that have no docstring of their own. typedoc's own check would take
 * the one of a type that they extend.
 */
function undocumented(context: Context): string[] {
  const found = new Set<string>();
  for (const each of declarationsOf(context.project)) {
    if (!each.kindOf(mustBeDocumented) || each.flags.isExternal) continue;
    const declarations = context.getSymbolFromReflection(each)?.declarations ?? [];
    if (declarations.some((node) => ts.getJSDocCommentsAndTags(node).length > 0)) continue;
    const [node] = declarations;
    const file = node === undefined ? '' : relative(ROOT, node.getSourceFile().fileName);
    found.add(`${file}: ${each.getFullName()}`);
  }
  return [...found].sort();
}

/** Forgets where members come from, parents that are not exported, and lists of heirs. */
function trim(project: ProjectReflection): void {
  const isOutside = (type: Type): boolean =>
    type instanceof ReferenceType && type.package === 'wattbook' && !type.reflection;
  for (const each of declarationsOf(project)) {
    for (const part of [each, ...(each.signatures ?? []), each.getSignature]) {
      delete part?.inheritedFrom;
      delete part?.overwrites;
    }
    const hierarchy = each.typeHierarchy;
    if (hierarchy?.types.every(isOutside) && hierarchy.next) each.typeHierarchy = hierarchy.next;
    if (each.typeHierarchy?.isTarget) delete each.typeHierarchy;
    else if (each.typeHierarchy?.next) delete each.typeHierarchy.next.next;
  }
}

/**
 * Leaves out what repeats the lines around it: parameters and results of which nothing but the type
 * is known, and the type of a table. Anchors of table rows go too: nothing links to them, and one new
 * row would number all of them anew.
 */
function shorten(page: string): string {
  return page
    .replaceAll(/<a id="[\w-]+"><\/a> /g, '')
    .replaceAll(/^#+ Parameters\n\n\| Parameter \| Type \|\n(\|.*\n)+\n?/gm, '')
    .replaceAll(/^#+ Returns\n\n.+\n(\n(?=#|\*\*\*)|$(?![\s\S]))/gm, '')
    .replaceAll(/^(> `const` \*\*\w+\*\*): \\\{.*\\\}$/gm, '$1')
    .trimEnd()
    .concat('\n');
}

/** Sorts what has no order of its own: the compiler lists a choice of texts as it came across them. */
function sortChoices(page: string): string {
  const between = ' \\| ';
  return page.replaceAll(/`"\w+"`(?: \\\| `"\w+"`)+/g, (choice) =>
    choice.split(between).sort().join(between),
  );
}

/** Marks examples in another way than those of the other pages, which are whole files of examples/. */
function markExamples(page: string): string {
  return page.replaceAll(/^```ts$/gm, '```typescript');
}

/** Names modules as they are imported. */
function nameModules(page: string): string {
  return page.replaceAll(
    /^- \[(\w+)\](?=\(\1\.md\)$)/gm,
    (_, module: string) => `- [${importName(module)}]`,
  );
}

/** What a heading is linked by: small letters, and a number from the second of its kind on. */
function anchorsOf(page: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading] of page.matchAll(/^#+ (.*)$/gm)) {
    const text = (heading as string).toLowerCase().replaceAll(/[^\w -]/g, '');
    const anchor = text.replaceAll(' ', '-');
    let number = 0;
    while (anchors.has(number === 0 ? anchor : `${anchor}-${number}`)) number++;
    anchors.add(number === 0 ? anchor : `${anchor}-${number}`);
  }
  return anchors;
}

/** Mends links: a member's full name, such as Exchange.status, counts for the plugin as a heading. */
function mendLinks(page: string): string {
  const anchors = anchorsOf(page);
  return page.replaceAll(/\]\(#([\w-]+)\)/g, (link, anchor: string) => {
    if (anchors.has(anchor)) return link;
    const first = anchor.replace(/-\d+$/, '');
    if (!anchors.has(first)) throw new Error(`nothing is at #${anchor}`);
    return `](#${first})`;
  });
}

/** Writes the reference into a folder; returns what has no docstring. */
async function write(folder: string): Promise<string[]> {
  const app = await createApplication();
  let missing: string[] = [];
  app.converter.on(Converter.EVENT_END, (context) => {
    missing = undocumented(context);
    trim(context.project);
  });
  app.renderer.on(PageEvent.END, (page) => {
    const steps = [shorten, sortChoices, markExamples, nameModules, mendLinks];
    page.contents = steps.reduce((text, step) => step(text), page.contents ?? '');
  });
  const project = await app.convert();
  if (project === undefined) throw new Error('the sources cannot be read');
  app.options.setValue('out', folder);
  await app.generateOutputs(project);
  if (app.logger.hasErrors() || app.logger.hasWarnings()) throw new Error('see the warnings above');
  return missing;
}

/** The pages of a folder as one text. */
function pagesOf(folder: string): string {
  const files = readdirSync(folder).sort();
  return files.map((file) => `${file}\n${readFileSync(join(folder, file), 'utf8')}`).join('');
}

async function check(): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), 'wattbook-api-'));
  const missing = await write(scratch);
  const fresh = pagesOf(scratch);
  rmSync(scratch, { recursive: true, force: true });
  await runSteps([
    [
      'docs/api is up to date',
      () => {
        if (fresh !== pagesOf(OUT)) throw new Error('it is not: npm run api');
      },
    ],
    [
      'every export has a docstring',
      () => {
        if (missing.length > 0) throw new Error(missing.join('\n'));
      },
    ],
  ]);
}

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
if (values.check) await check();
else await write(OUT);
