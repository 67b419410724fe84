import { type FlameView, nodeName, nodesOfRow, rowCount } from '../flame-view.ts';

/** A layout as text, a line for each row: `parse 5-9 | work 9-13`. */
export function drawRows(view: FlameView): string[] {
  return Array.from({ length: rowCount(view) }, (_, row) =>
    Array.from(nodesOfRow(view, row), (node) => {
      const start = view.start[node]!;
      return `${nodeName(view, node)} ${start}-${start + view.total[node]!}`;
    }).join(' | '),
  );
}
