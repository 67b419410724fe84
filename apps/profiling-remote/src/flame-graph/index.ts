export { FlameGraphPanel, type FlameGraphPanelProps } from './flame-graph-panel.tsx';
export { TopTable, type TopTableProps } from './top-table.tsx';
