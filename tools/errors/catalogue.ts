// Reads the codes of errors out of the sources, as text: nothing of the apps is imported.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const ROOT = join(import.meta.dirname, '../..');

/** The syntax trees of a file, or of all files of a folder that are neither tests nor fixtures. */
export function sources(...paths: readonly string[]): ts.SourceFile[] {
  return paths.flatMap((path) => {
    const names = path.endsWith('.ts')
      ? [path]
      : readdirSync(join(ROOT, path), { recursive: true, encoding: 'utf8' })
          .filter((name) => name.endsWith('.ts') && !/\.test\.ts$|(^|\/)testing\//.test(name))
          .map((name) => join(path, name));
    return names.map((name) =>
      ts.createSourceFile(
        name,
        readFileSync(join(ROOT, name), 'utf8'),
        ts.ScriptTarget.Latest,
        true,
      ),
    );
  });
}

function visit(files: readonly ts.SourceFile[], see: (node: ts.Node) => void): void {
  const walk = (node: ts.Node): void => {
    see(node);
    ts.forEachChild(node, walk);
  };
  for (const file of files) walk(file);
}

/** A text of the source; what is inserted into a template reads `…`. */
function textOf(node: ts.Node | undefined): string | undefined {
  if (node === undefined) return undefined;
  if (ts.isStringLiteralLike(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return undefined;
  return node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join('');
}

/** The texts that stand at one place of the calls of a function, or of the `new` of a class. */
export function argumentsOf(
  files: readonly ts.SourceFile[],
  callee: string,
  place: number,
): string[] {
  const found = new Set<string>();
  visit(files, (node) => {
    if (!ts.isCallExpression(node) && !ts.isNewExpression(node)) return;
    if (node.expression.getText() !== callee) return;
    const text = textOf(node.arguments?.[place]);
    if (text !== undefined) found.add(text);
  });
  return [...found];
}

/** The default of a function's parameter. */
export function defaultsOf(files: readonly ts.SourceFile[], name: string): string[] {
  const found: string[] = [];
  visit(files, (node) => {
    if (!ts.isFunctionDeclaration(node) || node.name?.text !== name) return;
    for (const { initializer } of node.parameters) {
      const text = textOf(initializer);
      if (text !== undefined) found.push(text);
    }
  });
  return found;
}

/** The texts of a type that is a choice of them. */
export function choicesOf(files: readonly ts.SourceFile[], type: string): string[] {
  const found: string[] = [];
  visit(files, (node) => {
    if (!ts.isTypeAliasDeclaration(node) || node.name.text !== type) return;
    visit([node.type as unknown as ts.SourceFile], (part) => {
      if (ts.isStringLiteral(part)) found.push(part.text);
    });
  });
  return found;
}

/** The properties of a constant object, each with its value as the source has it. */
export function entriesOf(files: readonly ts.SourceFile[], constant: string): Map<string, string> {
  const found = new Map<string, string>();
  visit(files, (node) => {
    if (!ts.isVariableDeclaration(node) || node.name.getText() !== constant) return;
    let value = node.initializer;
    while (value !== undefined && ts.isAsExpression(value)) value = value.expression;
    if (value === undefined || !ts.isObjectLiteralExpression(value)) return;
    for (const property of value.properties) {
      if (!ts.isPropertyAssignment(property)) continue;
      const name = textOf(property.name) ?? property.name.getText();
      found.set(name, textOf(property.initializer) ?? property.initializer.getText());
    }
  });
  return found;
}

/** The texts that some object literal has as this property. */
export function propertiesOf(files: readonly ts.SourceFile[], name: string): string[] {
  const found = new Set<string>();
  visit(files, (node) => {
    if (!ts.isPropertyAssignment(node) || node.name.getText() !== name) return;
    const text = textOf(node.initializer);
    if (text !== undefined) found.add(text);
  });
  return [...found];
}

/** Rows of the table below a heading of docs/errors.md: the cells, the first one without backticks. */
export function documented(heading: string): string[][] {
  const text = readFileSync(join(ROOT, 'docs/errors.md'), 'utf8');
  const section = text.split(/^## /m).find((part) => part.startsWith(`${heading}\n`));
  if (section === undefined) throw new Error(`docs/errors.md has no section "${heading}"`);
  return section
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
    .map(([first = '', ...rest]) => [first.replace(/^(`+) ?(.*?) ?\1$/, '$2'), ...rest]);
}
